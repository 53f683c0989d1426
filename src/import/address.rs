//! Which hosts the value of an environment variable names: compared with names of services, and never kept.

/// A host that a value names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Host<'a> {
    pub(super) name: &'a str,
    /// Whether its form alone makes it an address: it stands in a URL, or before a port.
    pub(super) is_address: bool,
}

/// Last words in the name of a variable that holds an address.
const ADDRESS_WORDS: [&str; 28] = [
    "ADDR",
    "ADDRS",
    "ADDRESS",
    "ADDRESSES",
    "URL",
    "URLS",
    "URI",
    "URIS",
    "HOST",
    "HOSTS",
    "HOSTNAME",
    "ENDPOINT",
    "ENDPOINTS",
    "SERVER",
    "SERVERS",
    "BROKER",
    "BROKERS",
    "NODES",
    "UPSTREAM",
    "UPSTREAMS",
    "TARGET",
    "TARGETS",
    "DSN",
    "PEER",
    "PEERS",
    "BACKEND",
    "BACKENDS",
    "PROXY",
];

/// Words of variables that name who may call, or where to listen, and not what is called.
const OTHER_WORDS: [&str; 14] = [
    "NO",
    "NOPROXY",
    "ALLOW",
    "ALLOWED",
    "CORS",
    "ADVERTISED",
    "ADVERTISE",
    "LISTEN",
    "LISTENER",
    "LISTENERS",
    "BIND",
    "TRUSTED",
    "ORIGIN",
    "ORIGINS",
];

/// Words of variables by which traces, metrics and errors are sent away.
const TELEMETRY_WORDS: [&str; 12] = [
    "OTEL",
    "OTLP",
    "JAEGER",
    "ZIPKIN",
    "STATSD",
    "SENTRY",
    "TRACING",
    "TRACES",
    "COLLECTOR",
    "PROMETHEUS",
    "LOKI",
    "FLUENTD",
];

/// What a variable is for, by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// Something is called.
    Call,
    /// Telemetry is sent there: nobody waits for it.
    Telemetry {
        /// Whether the name says that it is an address.
        is_named: bool,
    },
    /// Not told by the name: only what has the form of an address counts.
    Untold,
    /// It names who may call, or where to listen.
    Other,
}

impl Purpose {
    pub(super) fn of(variable: &str) -> Self {
        let upper = variable.to_ascii_uppercase();
        let words = || upper.split(|c: char| !c.is_ascii_alphanumeric());
        let any = |list: &[&str]| words().any(|word| list.contains(&word));
        let is_number = |word: &&str| word.bytes().all(|byte| byte.is_ascii_digit());
        let last = words().rfind(|word| !is_number(word));
        let is_address = last.is_some_and(|word| ADDRESS_WORDS.contains(&word));
        if any(&OTHER_WORDS) {
            Self::Other
        } else if any(&TELEMETRY_WORDS) {
            Self::Telemetry {
                is_named: is_address,
            }
        } else if is_address {
            Self::Call
        } else {
            Self::Untold
        }
    }

    /// Whether a host counts as something that is called.
    pub(super) fn takes(self, host: Host<'_>) -> bool {
        match self {
            Self::Call | Self::Telemetry { is_named: true } => true,
            Self::Telemetry { is_named: false } | Self::Untold => host.is_address,
            Self::Other => false,
        }
    }
}

/// The hosts in a value: of URLs, of `host:port`, of `Server=host;…`, of lists of these, and bare words.
pub(super) fn hosts(value: &str) -> Vec<Host<'_>> {
    value
        .split(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | '|'))
        .filter_map(host)
        .collect()
}

fn host(token: &str) -> Option<Host<'_>> {
    let token = token.trim_matches(|c| matches!(c, '"' | '\'' | '[' | ']' | '<' | '>'));
    // `tcp(host:port)`, as Go writes the addresses of databases.
    if let Some((_, rest)) = token.split_once("tcp(") {
        return authority(rest.split(')').next()?, true);
    }
    if let Some((_, rest)) = token.rsplit_once("://") {
        return authority(rest.split(['/', '?', '#']).next()?, true);
    }
    // The scheme of a nested one, `jdbc:postgresql:host`, has no host that can be told apart.
    if let Some((key, rest)) = token.split_once('=') {
        let key = key.trim_start_matches('-').to_ascii_lowercase();
        let named = [
            "host", "server", "source", "addr", "address", "hostaddr", "endpoint", "url",
        ]
        .iter()
        .any(|word| key.ends_with(word));
        return authority(rest.split(['/', '?', '#']).next()?, named);
    }
    authority(token.split(['/', '?', '#']).next()?, false)
}

/// The host of `user:password@host:port`.
fn authority(text: &str, is_address: bool) -> Option<Host<'_>> {
    let text = text.rsplit_once('@').map_or(text, |(_, host)| host);
    let (name, has_port) = match text.rsplit_once(':') {
        Some((name, port)) if is_port(port) => (name, true),
        Some((name, "")) => (name, false),
        Some(_) => return None,
        None => (text, false),
    };
    let is_name = !name.is_empty()
        && name.len() <= 253
        && name
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.'));
    is_name.then_some(Host {
        name,
        is_address: is_address || has_port,
    })
}

/// A port, or a variable that holds one and is not known.
fn is_port(text: &str) -> bool {
    (!text.is_empty() && text.len() <= 5 && text.bytes().all(|byte| byte.is_ascii_digit()))
        || text.starts_with('$')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(value: &str) -> Vec<(&str, bool)> {
        hosts(value)
            .into_iter()
            .map(|host| (host.name, host.is_address))
            .collect()
    }

    #[test]
    fn hosts_are_found_in_the_forms_that_people_write() {
        assert_eq!(names("redis-cart:6379"), [("redis-cart", true)]);
        assert_eq!(names("http://email:6060/x?y=z:1"), [("email", true)]);
        assert_eq!(
            names("postgres://u:p%40@db.shop.svc:5432/x"),
            [("db.shop.svc", true)]
        );
        assert_eq!(names("jdbc:postgresql://db/x"), [("db", true)]);
        assert_eq!(names("u:p@tcp(mysql:3306)/shop?x=1"), [("mysql", true)]);
        assert_eq!(
            names("kafka-0:9092,kafka-1:9092"),
            [("kafka-0", true), ("kafka-1", true)]
        );
        assert_eq!(names("Server=db,1433;User=sa")[0], ("db", true));
        assert_eq!(names("host=db port=5432")[0], ("db", true));
        assert_eq!(names("redis"), [("redis", false)]);
        assert_eq!(names("amqp://guest:guest@rabbit:$PORT"), [("rabbit", true)]);
        assert_eq!(names("a:b:c"), []);
    }

    #[test]
    fn names_of_variables_say_what_they_are_for() {
        assert_eq!(Purpose::of("CART_SERVICE_ADDR"), Purpose::Call);
        assert_eq!(
            Purpose::of("OTEL_EXPORTER_OTLP_ENDPOINT"),
            Purpose::Telemetry { is_named: true }
        );
        assert_eq!(Purpose::of("NO_PROXY"), Purpose::Other);
        assert_eq!(Purpose::of("ALLOWED_HOSTS"), Purpose::Other);
        assert_eq!(
            Purpose::of("OTEL_SERVICE_NAME"),
            Purpose::Telemetry { is_named: false }
        );
        assert_eq!(Purpose::of("DATABASE"), Purpose::Untold);
        assert_eq!(Purpose::of("SERVER_NAME"), Purpose::Untold);
        assert_eq!(Purpose::of("spring.redis.host"), Purpose::Call);
        assert_eq!(Purpose::of("REDIS_URL_2"), Purpose::Call);
        let bare = Host {
            name: "redis",
            is_address: false,
        };
        assert!(
            Purpose::Call.takes(bare)
                && !Purpose::Untold.takes(bare)
                && !Purpose::of("OTEL_SERVICE_NAME").takes(bare)
        );
    }
}
