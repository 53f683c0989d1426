//! From a drawing to files: the SVG's root with its font, and PNG through resvg.

use std::sync::{Arc, LazyLock};

use resvg::tiny_skia::{Color, Pixmap, Transform};
use resvg::usvg::{self, fontdb};
use thiserror::Error;

use super::canvas::SCALE;
use crate::results::format::printable;

/// Inter, regular, cut down to Latin letters and the signs used.
pub(super) const INTER_REGULAR: &[u8] = include_bytes!("fonts/inter-regular.ttf");
/// Inter, semi bold, under a family name of its own: plotters and resvg both choose a face by family.
pub(super) const INTER_SEMI_BOLD: &[u8] = include_bytes!("fonts/inter-semibold.ttf");

/// The same two faces as style rules that carry them, families `Inter` and `Inter Semi Bold`.
pub const FONT_FACES: &str = include_str!("fonts/inter.css");

/// What letters look like where the font cannot be read.
const FALLBACK: &str = "Inter, system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif";
/// Pixels of a PNG for one of the chart.
const PNG_SCALE: f32 = 2.0;

/// Why a chart could not be turned into pixels.
#[derive(Debug, Error)]
pub enum ChartError {
    /// The text is not an SVG document.
    #[error("chart is not a valid SVG document: {0}")]
    Svg(#[from] usvg::Error),
    /// The picture would have no pixels, or too many.
    #[error("chart of {width} x {height} pixels cannot be drawn")]
    Size {
        /// Width \[px\].
        width: u32,
        /// Height \[px\].
        height: u32,
    },
    /// The pixels could not be packed.
    #[error("chart could not be written as PNG: {0}")]
    Png(#[from] png::EncodingError),
}

/// A chart as PNG, two pixels for each of the SVG's.
///
/// Letters that Inter's subset lacks (it holds Latin) are drawn as boxes; the SVG shows them in a font of the reader's.
pub fn png(svg: &str) -> Result<Vec<u8>, ChartError> {
    let tree = parsed(svg)?;
    let size = tree.size();
    let (width, height) = (
        (size.width() * PNG_SCALE).ceil() as u32,
        (size.height() * PNG_SCALE).ceil() as u32,
    );
    let mut pixels = Pixmap::new(width, height).ok_or(ChartError::Size { width, height })?;
    pixels.fill(Color::WHITE);
    resvg::render(
        &tree,
        Transform::from_scale(PNG_SCALE, PNG_SCALE),
        &mut pixels.as_mut(),
    );
    packed(&pixels)
}

/// Opaque pixels as a file: plain areas pack well as they are, at the level that takes an eighth of the default's time.
fn packed(pixels: &Pixmap) -> Result<Vec<u8>, ChartError> {
    let rgb: Vec<u8> = (pixels.data().chunks_exact(4))
        .flat_map(|pixel| &pixel[..3])
        .copied()
        .collect();
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, pixels.width(), pixels.height());
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_filter(png::Filter::NoFilter);
    encoder.set_deflate_compression(png::DeflateCompression::Level(1));
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&rgb)?;
    writer.finish()?;
    Ok(file)
}

fn parsed(svg: &str) -> Result<usvg::Tree, ChartError> {
    static FONTS: LazyLock<Arc<fontdb::Database>> = LazyLock::new(|| {
        let mut fonts = fontdb::Database::new();
        fonts.load_font_data(INTER_REGULAR.to_vec());
        fonts.load_font_data(INTER_SEMI_BOLD.to_vec());
        Arc::new(fonts)
    });
    let options = usvg::Options {
        fontdb: Arc::clone(&FONTS),
        font_family: "Inter".to_owned(),
        ..usvg::Options::default()
    };
    Ok(usvg::Tree::from_str(svg, &options)?)
}

/// What a document says of itself beside the drawing.
pub(super) struct Root<'a> {
    /// Width of the whole drawing \[px\].
    pub(super) width: f64,
    /// Its height \[px\].
    pub(super) height: f64,
    /// Title, for readers who hear it.
    pub(super) title: &'a str,
    /// Description, for readers who hear it.
    pub(super) alt: &'a str,
}

/// A document that looks the same wherever it is opened.
pub(super) fn document(root: &Root, body: &str) -> String {
    let Root {
        width,
        height,
        title,
        alt,
    } = *root;
    let (sheet_width, sheet_height) = (width * SCALE, height * SCALE);
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width:.0}\" height=\"{height:.0}\" \
         viewBox=\"0 0 {sheet_width:.0} {sheet_height:.0}\" role=\"img\" font-family=\"{FALLBACK}\">\n\
         <title>{}</title>\n<desc>{}</desc>\n<style>{FONT_FACES}</style>\n{body}</svg>\n",
        escaped(title),
        escaped(alt),
    )
}

/// A part of a document's height for a page that has the font, a heading and a caption of its own.
pub(super) fn inline(document: &str, width: f64, top: f64, height: f64, alt: &str) -> String {
    // Texts are escaped: the first end of a style is the font's.
    let body = document
        .split_once("</style>\n")
        .map_or("", |(_, body)| body);
    let (sheet_width, top, sheet_height) = (width * SCALE, top * SCALE, height * SCALE);
    format!(
        "<svg viewBox=\"0 {top:.0} {sheet_width:.0} {sheet_height:.0}\" role=\"img\" aria-label=\"{}\" \
         font-family=\"{FALLBACK}\">\n{body}",
        escaped(alt),
    )
}

/// A text that cannot end an element or an attribute.
pub(super) fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in printable(text).chars() {
        match c {
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '&' => safe.push_str("&amp;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push(other),
        }
    }
    safe
}
