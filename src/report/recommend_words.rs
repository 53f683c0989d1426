//! What a search for changes comes to, in sentences that terminals and Markdown share.

use super::recommend::short;
use super::recommend_design::{design_lines, figures, once_more, words};
use crate::results::{Obstacle, PairResult, RecommendStudy, Standing, format};

/// Weaker changes that are named.
const WEAKER: usize = 6;

/// Changes that are ranked by what a nine costs.
const NINES: usize = 5;
/// Single changes that are named where nothing is priced.
const TIED: usize = 4;
/// The phase in which no failover is doing anything, as results name it.
const NO_FAILOVER: &str = "no failover under way";

/// Sentences under a heading.
pub(super) struct Said {
    pub(super) heading: String,
    pub(super) lines: Vec<String>,
}

fn under(heading: &str, lines: Vec<String>) -> Said {
    Said {
        heading: heading.to_owned(),
        lines,
    }
}

/// Where it starts, and how it was looked for.
pub(super) fn about(study: &RecommendStudy, seed: u64) -> Vec<String> {
    let Some(start) = study.designs.first() else {
        return Vec::new();
    };
    let search = &study.search;
    let trials = study.designs.iter().map(|design| design.trials);
    let cut = match (search.cut_short, study.partial) {
        (true, _) => "; cut short before all was tried",
        (false, true) => "; cut short",
        (false, false) => "",
    };
    vec![
        format!("From {}: {}.", start.label, figures(start, &study.currency)),
        format!(
            "{} in {} each (seed {}) chose what is shown; the figures are from other trials of these (seed {seed}, up to {} \
             each), {} intervals{cut}.",
            counted(search.designs, "design"),
            format::trials(search.trials),
            search.seed,
            format::count(trials.max().unwrap_or_default()),
            format::level(study.level)
        ),
    ]
}

/// All that follows the table.
pub(super) fn said(study: &RecommendStudy) -> Vec<Said> {
    let mut all = vec![cheapest_nines(study), pairs(study), choice(study)];
    if study.nearest.is_some() {
        all.push(obstacles(study));
    }
    all.push(next_nine(study));
    all.push(notes(study));
    all.retain(|said| !said.lines.is_empty());
    all
}

/// Changes by what a nine costs with them; the table has them by what they avoid.
fn cheapest_nines(study: &RecommendStudy) -> Said {
    let each = study.by_cost_per_nine.iter().filter_map(|index| {
        let design = &study.designs[*index];
        let cost = design.against_start.as_ref()?.cost_per_nine?;
        if cost.is_dear() {
            return None;
        }
        let money = if cost.high <= 0.0 {
            "runs for no more".to_owned()
        } else {
            format!("{} a nine", short(cost.mean, &study.currency))
        };
        Some(format!("{} ({money})", words(design)))
    });
    let each: Vec<String> = each.take(NINES).collect();
    // One is no ranking.
    let lines = if each.len() > 1 {
        vec![format!("{}.", each.join(", then "))]
    } else {
        Vec::new()
    };
    under("Where a nine is cheapest", lines)
}

fn pairs(study: &RecommendStudy) -> Said {
    let lines = study.pairs.iter().map(|pair| pair_line(study, pair));
    under("Together", lines.collect())
}

fn pair_line(study: &RecommendStudy, pair: &PairResult) -> String {
    let both = &study.designs[pair.both];
    let minutes = |index: usize| {
        let against = study.designs[index].against_start.as_ref();
        against.map_or_else(String::new, |against| {
            let minutes = &against.avoided_minutes_per_year;
            format!(
                "{} ({} to {})",
                plain(minutes.mean),
                plain(minutes.low),
                plain(minutes.high)
            )
        })
    };
    let beyond = &pair.beyond_sum_minutes_per_year;
    let lead = match (pair.alone_nothing, pair.meets_only_together) {
        (true, true) => {
            "only together: the objectives are met with both, and neither alone avoids anything beyond doubt"
        }
        (true, false) => "only together: neither alone avoids anything beyond doubt",
        (false, true) => "the objectives are met only with both",
        (false, false) => "more than the sum",
    };
    format!(
        "{}: {lead}. Both avoid {} min a year; one by one {} and {}; beyond the sum {} ({} to {}).",
        words(both),
        minutes(pair.both),
        minutes(pair.one_by_one[0]),
        minutes(pair.one_by_one[1]),
        plain(beyond.mean),
        plain(beyond.low),
        plain(beyond.high)
    )
}

fn plain(value: f64) -> String {
    if value < 0.0 {
        format!("−{}", format::significant(-value, 3))
    } else {
        format::significant(value, 3)
    }
}

fn choice(study: &RecommendStudy) -> Said {
    let least = least(study);
    let has_objectives = (study.designs.first()).is_some_and(|start| !start.objectives.is_empty());
    if let Some(nearest) = study.nearest {
        let mut lines = vec![format!(
            "None of {} of at most {} does. The nearest:",
            counted(study.search.designs, "design"),
            counted(study.search.changes, "change")
        )];
        lines.extend(design_lines(study, nearest));
        return under("No design tried meets the objectives", lines);
    }
    let heading = if has_objectives {
        format!("{least} that meets the objectives")
    } else {
        format!("{least} (the model sets no objective)")
    };
    let mut lines = Vec::new();
    if let Some(index) = study.choice {
        lines.extend(ties(study, index));
        lines.extend(design_lines(study, index));
        lines.extend(runs_cheaper(study, index));
        lines.extend(beyond_doubt(study, index));
        if let Some(priced) = priced_choice(study).filter(|priced| *priced != index) {
            lines.push("Of those all of whose changes the model prices:".to_owned());
            if study.choice_beyond_doubt == Some(priced)
                && study.designs[index].standing != Standing::Met
            {
                lines.push(format!("{}, as above.", study.designs[priced].label));
            } else {
                lines.extend(design_lines(study, priced));
            }
        }
    }
    under(&heading, lines)
}

/// What is best of several designs that do what is wanted.
fn least(study: &RecommendStudy) -> &'static str {
    let bills = || study.designs.iter().map(|design| &design.cost_per_month);
    if bills().any(|bill| bill.total_with_failure.is_some()) {
        "The cheapest design, with what failure costs,"
    } else if is_priced(study) {
        "The cheapest design"
    } else {
        "The design with the least changed"
    }
}

/// The cheapest of what is priced in full, where anything is priced at all.
pub(super) fn priced_choice(study: &RecommendStudy) -> Option<usize> {
    study.choice_of_priced.filter(|_| is_priced(study))
}

/// Whether the model prices what runs.
fn is_priced(study: &RecommendStudy) -> bool {
    let mut all = study.designs.iter();
    all.any(|design| design.cost_per_month.total.is_some())
}

/// How the choice was made where nothing has a price.
fn ties(study: &RecommendStudy, choice: usize) -> Vec<String> {
    if is_priced(study) || study.designs[choice].objectives.is_empty() {
        return Vec::new();
    }
    let meets: Vec<&str> = (study.ranking.iter())
        .map(|index| &study.designs[*index])
        .filter(|design| design.meets_objectives)
        .filter_map(|design| Some(design.changes.first()?.words.as_str()))
        .collect();
    let rest = match meets.len().saturating_sub(TIED) {
        0 => String::new(),
        rest => format!("; and {rest} more"),
    };
    let named = meets.iter().take(TIED).copied().collect::<Vec<_>>();
    let singles = match meets.len() {
        0 => "no single change that was played again meets the objectives".to_owned(),
        1 => format!("one single change meets the objectives: {}", named[0]),
        many => format!(
            "{many} single changes meet the objectives: {}{rest}",
            named.join("; ")
        ),
    };
    let rule = if choice == 0 {
        "The start does already"
    } else {
        "Shown is what adds least: the same pattern before another, then the fewest changes, then the most available"
    };
    vec![format!(
        "Nothing is priced in this model, so none is cheaper; {singles}. {rule}."
    )]
}

/// What has the smaller bill if nothing fails, though not in all.
fn runs_cheaper(study: &RecommendStudy, choice: usize) -> Vec<String> {
    let Some(index) = study
        .choice_by_running_cost
        .filter(|index| *index != choice)
    else {
        return Vec::new();
    };
    let design = &study.designs[index];
    let but = if design.standing == Standing::Met {
        "but dearer with what failure costs"
    } else {
        "but not surely met"
    };
    vec![format!(
        "Runs cheaper, {but}: {}: {}.",
        design.label,
        figures(design, &study.currency)
    )]
}

/// What to take if the cheapest one may be on the wrong side of an objective.
fn beyond_doubt(study: &RecommendStudy, choice: usize) -> Vec<String> {
    if study.designs[choice].standing == Standing::Met {
        return Vec::new();
    }
    match study.choice_beyond_doubt {
        Some(index) => {
            let mut lines = vec!["Beyond doubt, with whole intervals, the cheapest is:".to_owned()];
            lines.extend(design_lines(study, index));
            lines
        }
        None => vec!["None does beyond doubt: more --trials may decide.".to_owned()],
    }
}

fn obstacles(study: &RecommendStudy) -> Said {
    let lines = study.obstacles.iter().map(|of| obstacle(study, of));
    let mut lines: Vec<String> = lines.collect();
    if let Some(nearest) = study.nearest.filter(|_| !lines.is_empty()) {
        let design = &study.designs[nearest];
        if let Some(first) = study.obstacles.iter().find(|of| of.exceeds_slo_alone) {
            lines.push(format!(
                "No change of the kinds tried takes {} below what the SLO allows: it takes another design, or another objective.",
                first.name
            ));
        }
        if design.changes.is_empty() {
            lines.push(format!(
                "`failscape why -t {}` takes it apart.",
                design.topology
            ));
        }
    }
    under("What stands in the way", lines)
}

fn obstacle(study: &RecommendStudy, of: &Obstacle) -> String {
    let minutes = &of.minutes_per_year;
    let kind = if of.kind == "phase" {
        "the failover: "
    } else {
        ""
    };
    let alone = match (of.exceeds_slo_alone, study.objectives.slo_target) {
        (true, Some(target)) => format!(
            "; alone more than the {} min that an SLO of {} allows",
            format::significant((1.0 - target) * 525_600.0, 3),
            format::target(target)
        ),
        _ => String::new(),
    };
    // What is lost while nothing fails over is lost in the region that serves, or in all at once.
    let alone = if of.kind == "phase" && of.name == NO_FAILOVER {
        "; a faster failover saves none of it".to_owned()
    } else {
        alone
    };
    if let Some(long) = &of.long_outages {
        let a_year = &long.per_year;
        return format!(
            "{}: {} of the outages longer than {} ({} a year, {}), {} of what is lost{alone}",
            of.name,
            format::probability(long.share),
            format::duration(long.longer_than_seconds),
            format::significant(a_year.mean, 2),
            format::number_interval(a_year.low, a_year.high),
            format::probability(of.share)
        );
    }
    format!(
        "{kind}{}: {} of the loss, {} min a year ({}){alone}",
        of.name,
        format::probability(of.share),
        format::significant(minutes.mean, 3),
        format::number_interval(minutes.low, minutes.high)
    )
}

fn next_nine(study: &RecommendStudy) -> Said {
    let Some(start) = study.designs.first() else {
        return under("", Vec::new());
    };
    let wanted = study.next_nine.wanted;
    if wanted <= 0.0 {
        let line = "The start lost nothing in these trials: what is left cannot be divided by ten. More --trials may show some.";
        return under("The next nine", vec![line.to_owned()]);
    }
    let target = format!(
        "From {} nines to {}",
        format::nines(start.unavailability.mean),
        format::nines(wanted)
    );
    let mut lines = Vec::new();
    if let Some(index) = study.next_nine.design {
        let kind = if is_priced(study) {
            "the cheapest design is"
        } else {
            "the design with the least changed is"
        };
        lines.push(format!("{target} {kind}:"));
        lines.extend(once_more(study, index));
        if study.designs[index].unavailability.high > wanted {
            lines.push("  Not surely: its interval reaches beyond a tenth.".to_owned());
        }
    } else {
        let index = study.next_nine.most_available;
        let best = &study.designs[index];
        let against = best.against_start.as_ref();
        let is_better = against.is_some_and(|against| against.avoided_minutes_per_year.low > 0.0);
        if is_better {
            lines.push(format!(
                "{target}: no design tried gets there. {} has {} nines:",
                if is_priced(study) {
                    "The cheapest of those that none beats beyond doubt"
                } else {
                    "Of those that none beats beyond doubt, that with the least changed"
                },
                format::nines_estimate(&best.unavailability)
            ));
            lines.extend(once_more(study, index));
        } else {
            lines.push(format!(
                "{target}: no design tried gets there, and none is more available than {} beyond doubt.",
                start.label
            ));
        }
    }
    under("The next nine", lines)
}

fn counted(count: usize, what: &str) -> String {
    let ending = if count == 1 { "" } else { "s" };
    format!("{} {what}{ending}", format::count(count as u64))
}

fn notes(study: &RecommendStudy) -> Said {
    let mut lines = Vec::new();
    let search = &study.search;
    let pairs = if search.pairs_not_played > 0 {
        format!("; {} not played", counted(search.pairs_not_played, "pair"))
    } else {
        String::new()
    };
    if search.pairs + search.pairs_not_played > 0 {
        lines.push(format!(
            "{} of changes played{pairs}.",
            counted(search.pairs, "pair")
        ));
    }
    if !study.weaker.is_empty() {
        let shown = study.weaker.iter().take(WEAKER);
        let names: Vec<&str> = shown.map(|change| change.words.as_str()).collect();
        let rest = match study.weaker.len().saturating_sub(WEAKER) {
            0 => String::new(),
            rest => format!(" and {rest} more"),
        };
        lines.push(format!(
            "Tried, and less promising than those above: {}{rest}.",
            names.join("; ")
        ));
    }
    for left in study.left_out.iter().take(WEAKER) {
        lines.push(format!("Not tried: {}: {}.", left.path, left.why));
    }
    let rest = study.left_out.len().saturating_sub(WEAKER);
    if rest > 0 {
        lines.push(format!(
            "{rest} more were not tried: `left_out` in recommend.json."
        ));
    }
    under("How far this goes", lines)
}
