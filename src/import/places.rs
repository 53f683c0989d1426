//! Names of regions and zones: recognised by their form, so that no other text passes for one.

/// The region and the short name of a zone, of AWS (`us-east-1a`), Google Cloud (`europe-west4-b`) or Azure (`westeurope-2`).
pub(super) fn zone(name: &str) -> Option<(String, String)> {
    if name.len() > 30 || !name.is_ascii() {
        return None;
    }
    if let Some((region, zone)) = name.rsplit_once('-')
        && zone.len() == 1
        && (is_google_region(region) && zone.bytes().all(|c| c.is_ascii_lowercase())
            || is_azure_region(region) && zone.bytes().all(|c| c.is_ascii_digit()))
    {
        return Some((region.to_owned(), zone.to_owned()));
    }
    let (region, zone) = name.split_at(name.len().checked_sub(1)?);
    (is_aws_region(region) && zone.bytes().all(|c| c.is_ascii_lowercase()))
        .then(|| (region.to_owned(), zone.to_owned()))
}

/// Whether a text has the form of the name of a region.
pub(super) fn is_region(name: &str) -> bool {
    name.len() <= 30 && (is_aws_region(name) || is_google_region(name) || is_azure_region(name))
}

/// `us-east-1`, `us-gov-west-1`.
fn is_aws_region(name: &str) -> bool {
    let parts: Vec<&str> = name.split('-').collect();
    let [first, middle @ .., number] = &parts[..] else {
        return false;
    };
    first.len() == 2
        && !middle.is_empty()
        && parts[..parts.len() - 1].iter().all(|part| is_lower(part))
        && number.len() == 1
        && is_number(number)
}

/// `europe-west4`.
fn is_google_region(name: &str) -> bool {
    let Some((continent, rest)) = name.split_once('-') else {
        return false;
    };
    let word = rest.trim_end_matches(|c: char| c.is_ascii_digit());
    is_lower(continent) && is_lower(word) && rest.len() > word.len() && rest.len() - word.len() <= 2
}

/// `westeurope`, `eastus2`: a direction and a place, since there is nothing else to tell it by.
fn is_azure_region(name: &str) -> bool {
    const PLACES: [&str; 40] = [
        "us",
        "europe",
        "asia",
        "india",
        "japan",
        "korea",
        "brazil",
        "canada",
        "france",
        "germany",
        "norway",
        "sweden",
        "switzerland",
        "uk",
        "uae",
        "australia",
        "africa",
        "qatar",
        "poland",
        "italy",
        "israel",
        "spain",
        "mexico",
        "austria",
        "chile",
        "indonesia",
        "malaysia",
        "newzealand",
        "belgium",
        "denmark",
        "china",
        "usgov",
        "usdod",
        "taiwan",
        "finland",
        "greece",
        "saudi",
        "southafrica",
        "eastasia",
        "northeurope",
    ];
    const DIRECTIONS: [&str; 8] = [
        "east", "west", "north", "south", "central", "northern", "eastern", "western",
    ];
    let word = name.trim_end_matches(|c: char| c.is_ascii_digit());
    if !is_lower(word) || name.len() - word.len() > 1 {
        return false;
    }
    let place = DIRECTIONS.iter().fold(word, |word, direction| {
        word.strip_prefix(direction)
            .or_else(|| word.strip_suffix(direction))
            .unwrap_or(word)
    });
    let place = DIRECTIONS.iter().fold(place, |word, direction| {
        word.strip_prefix(direction)
            .or_else(|| word.strip_suffix(direction))
            .unwrap_or(word)
    });
    place != word && PLACES.contains(&place)
}

fn is_lower(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_lowercase())
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones_of_three_clouds_are_told_apart_from_other_words() {
        let parts = |name| zone(name).map(|(region, zone)| format!("{region}/{zone}"));
        assert_eq!(parts("us-east-1a").as_deref(), Some("us-east-1/a"));
        assert_eq!(parts("us-gov-west-1b").as_deref(), Some("us-gov-west-1/b"));
        assert_eq!(parts("europe-west4-b").as_deref(), Some("europe-west4/b"));
        assert_eq!(parts("westeurope-2").as_deref(), Some("westeurope/2"));
        for other in [
            "hunter2",
            "secret-1",
            "my-secret-1",
            "a",
            "",
            "token-abc1-x9",
            "é",
        ] {
            assert_eq!(parts(other), None, "{other}");
        }
        for region in [
            "eu-central-1",
            "asia-southeast1",
            "eastus2",
            "southcentralus",
            "northeurope",
            "germanywestcentral",
        ] {
            assert!(is_region(region), "{region}");
        }
        for other in ["hunter", "hunter2", "password", "us", "12"] {
            assert!(!is_region(other), "{other}");
        }
    }
}
