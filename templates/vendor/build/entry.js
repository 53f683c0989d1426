// The parts of Apache ECharts that the report page uses; everything else is left out of the bundle.
import { init, use } from 'echarts/core';
import { BarChart, CustomChart, LineChart, ScatterChart } from 'echarts/charts';
import { DataZoomComponent, GridComponent, MarkLineComponent, TooltipComponent } from 'echarts/components';
import { SVGRenderer } from 'echarts/renderers';

use([
  BarChart, CustomChart, LineChart, ScatterChart,
  DataZoomComponent, GridComponent, MarkLineComponent, TooltipComponent,
  SVGRenderer,
]);

export { init };
