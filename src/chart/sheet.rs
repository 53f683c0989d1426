//! A finished chart, and the frame that all charts share: title above, caption below.

use super::canvas::{Canvas, Rect};
use super::letters::Letters;
use super::render::{self, Root};
use super::theme::{INK, LABEL_SIZE, MARGIN, MUTED, SMALL_SIZE, TITLE_SIZE, WIDTH};

/// A chart, ready to be written or shown.
#[derive(Debug, Clone, PartialEq)]
pub struct Chart {
    /// File stem, such as `cost-availability`.
    pub name: &'static str,
    /// What it is about.
    pub title: String,
    /// How to read it, and what it rests on: model, trials, seed, level of the intervals.
    pub caption: String,
    /// What it shows, in words and numbers, for readers who do not see it.
    pub alt: String,
    /// A document of its own that carries its font.
    pub svg: String,
    picture: Picture,
}

/// Where the drawing lies between title and caption \[px\].
#[derive(Debug, Clone, Copy, PartialEq)]
struct Picture {
    width: f64,
    top: f64,
    height: f64,
}

impl Chart {
    /// The drawing alone, as an SVG element for a page that shows title and caption itself and carries
    /// [`FONT_FACES`](super::FONT_FACES).
    #[must_use]
    pub fn inline(&self) -> String {
        let Picture { width, top, height } = self.picture;
        render::inline(&self.svg, width, top, height, &self.alt)
    }
}

/// The words of a chart.
pub(super) struct Words {
    /// File stem.
    pub(super) name: &'static str,
    /// What it is about.
    pub(super) title: String,
    /// How to read it and what it rests on.
    pub(super) caption: String,
    /// What it shows, in words.
    pub(super) alt: String,
}

/// Draws a chart of the usual width.
pub(super) fn chart(words: Words, height: f64, draw: impl FnOnce(&Canvas, Rect)) -> Chart {
    chart_of_width(words, WIDTH, height, draw)
}

/// Draws a chart whose picture has the given height.
pub(super) fn chart_of_width(
    words: Words,
    width: f64,
    height: f64,
    draw: impl FnOnce(&Canvas, Rect),
) -> Chart {
    let room = width - 2.0 * MARGIN;
    let title = Letters::new(TITLE_SIZE, INK).bold();
    let caption = Letters::new(SMALL_SIZE, MUTED);
    let mut titles = title.lines(&words.title, room);
    titles.truncate(3);
    let captions = caption.lines(&words.caption, room);
    let top = (MARGIN + titles.len() as f64 * 23.0 + 4.0).round();
    let bottom = (8.0 + captions.len() as f64 * 16.0 + MARGIN * 0.7).round();
    let total = (top + height + bottom).round();
    let body = Canvas::draw(width, total, |canvas| {
        for (i, line) in titles.iter().enumerate() {
            canvas.text(line, MARGIN, MARGIN + 14.0 + 23.0 * i as f64, title);
        }
        draw(
            canvas,
            Rect {
                x: MARGIN,
                y: top,
                width: room,
                height,
            },
        );
        for (i, line) in captions.iter().enumerate() {
            canvas.text(
                line,
                MARGIN,
                top + height + 8.0 + 12.0 + 16.0 * i as f64,
                caption,
            );
        }
    });
    let root = Root {
        width,
        height: total,
        title: &words.title,
        alt: &words.alt,
    };
    Chart {
        name: words.name,
        svg: render::document(&root, &body),
        title: words.title,
        caption: words.caption,
        alt: words.alt,
        picture: Picture { width, top, height },
    }
}

/// Draws a chart that has nothing to show but a sentence.
pub(super) fn empty(words: Words, sentence: &str) -> Chart {
    let letters = Letters::new(LABEL_SIZE + 1.5, MUTED).middle();
    chart(words, 150.0, |canvas, at| {
        canvas.rect(at.x, at.y, at.width, at.height, super::theme::WASH);
        let lines = letters.lines(sentence, at.width - 80.0);
        for (i, line) in lines.iter().enumerate() {
            let offset = (i as f64 - (lines.len() as f64 - 1.0) / 2.0) * 22.0;
            canvas.text_at(
                line,
                at.x + at.width / 2.0,
                at.y + at.height / 2.0 + offset,
                letters,
            );
        }
    })
}
