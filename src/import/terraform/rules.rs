//! Which types of resources run something, and which of their attributes say how much of it.

use serde_json::Value;

use super::resource::Resource;
use crate::import::facts::whole;

/// What a type is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// It runs in copies.
    Compute,
    /// It keeps data.
    Store,
    /// It keeps what may be lost.
    Cache,
    /// The cloud runs it; `aside` if requests may well do without.
    Managed { aside: bool },
    /// The cloud runs it, and requests come in there.
    Balancer,
}

/// How many copies a resource stands for.
#[derive(Debug, Clone, Copy)]
enum Copies {
    /// One.
    One,
    /// The first of these that is there.
    Given(&'static [&'static str]),
    /// Two where an attribute has one of these values, else one.
    TwoIf(&'static str, &'static [&'static str]),
    /// One more than the attribute says.
    OneMoreThan(&'static str),
}

/// One type of resources.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rule {
    pub(super) kind: &'static str,
    pub(super) role: Role,
    copies: Copies,
    /// Attribute with the size, and the bytes of its unit.
    size: Option<(&'static str, u64)>,
    /// Whether it is in no region.
    pub(super) is_global: bool,
    /// Whether it is made of nodes on which other things run.
    pub(super) is_pool: bool,
}

const GB: u64 = 1_000_000_000;
const MB: u64 = 1_000_000;

const fn rule(kind: &'static str, role: Role, copies: Copies) -> Rule {
    Rule {
        kind,
        role,
        copies,
        size: None,
        is_global: false,
        is_pool: false,
    }
}

const fn pool(kind: &'static str, copies: Copies) -> Rule {
    Rule {
        is_pool: true,
        ..rule(kind, Role::Compute, copies)
    }
}

const fn store(kind: &'static str, copies: Copies, size: Option<(&'static str, u64)>) -> Rule {
    Rule {
        size,
        ..rule(kind, Role::Store, copies)
    }
}

const fn managed(kind: &'static str, aside: bool) -> Rule {
    rule(kind, Role::Managed { aside }, Copies::One)
}

const fn balancer(kind: &'static str) -> Rule {
    rule(kind, Role::Balancer, Copies::One)
}

const fn global(of: Rule) -> Rule {
    Rule {
        is_global: true,
        ..of
    }
}

use Copies::{Given, One, OneMoreThan, TwoIf};

/// All types that are read. Listed in docs/import.md too; a test compares the two.
pub(super) static RULES: [Rule; 63] = [
    // Amazon
    rule("aws_instance", Role::Compute, One),
    rule(
        "aws_autoscaling_group",
        Role::Compute,
        Given(&["desired_capacity", "min_size"]),
    ),
    rule("aws_ecs_service", Role::Compute, Given(&["desired_count"])),
    pool(
        "aws_eks_node_group",
        Given(&["scaling_config.0.desired_size", "scaling_config.0.min_size"]),
    ),
    store(
        "aws_db_instance",
        TwoIf("multi_az", &["true"]),
        Some(("allocated_storage", GB)),
    ),
    store("aws_rds_cluster_instance", One, None),
    store("aws_docdb_cluster_instance", One, None),
    store("aws_neptune_cluster_instance", One, None),
    store(
        "aws_opensearch_domain",
        Given(&["cluster_config.0.instance_count"]),
        Some(("ebs_options.0.volume_size", GB)),
    ),
    store("aws_msk_cluster", Given(&["number_of_broker_nodes"]), None),
    rule(
        "aws_elasticache_replication_group",
        Role::Cache,
        Given(&["num_cache_clusters", "number_cache_clusters"]),
    ),
    rule(
        "aws_elasticache_cluster",
        Role::Cache,
        Given(&["num_cache_nodes"]),
    ),
    balancer("aws_lb"),
    balancer("aws_alb"),
    balancer("aws_elb"),
    balancer("aws_api_gateway_rest_api"),
    balancer("aws_apigatewayv2_api"),
    global(balancer("aws_cloudfront_distribution")),
    managed("aws_dynamodb_table", false),
    managed("aws_lambda_function", true),
    managed("aws_sqs_queue", true),
    managed("aws_sns_topic", true),
    managed("aws_kinesis_stream", true),
    managed("aws_s3_bucket", true),
    managed("aws_efs_file_system", true),
    // Google
    rule("google_compute_instance", Role::Compute, One),
    rule(
        "google_compute_instance_group_manager",
        Role::Compute,
        Given(&["target_size"]),
    ),
    rule(
        "google_compute_region_instance_group_manager",
        Role::Compute,
        Given(&["target_size"]),
    ),
    pool(
        "google_container_node_pool",
        Given(&["node_count", "initial_node_count"]),
    ),
    store(
        "google_sql_database_instance",
        TwoIf("settings.0.availability_type", &["REGIONAL"]),
        Some(("settings.0.disk_size", GB)),
    ),
    store(
        "google_alloydb_instance",
        TwoIf("availability_type", &["REGIONAL"]),
        None,
    ),
    rule(
        "google_redis_instance",
        Role::Cache,
        TwoIf("tier", &["STANDARD_HA"]),
    ),
    balancer("google_compute_forwarding_rule"),
    global(balancer("google_compute_global_forwarding_rule")),
    managed("google_spanner_instance", false),
    managed("google_firestore_database", false),
    managed("google_bigtable_instance", false),
    managed("google_cloud_run_service", false),
    managed("google_cloud_run_v2_service", false),
    managed("google_cloudfunctions2_function", true),
    managed("google_pubsub_topic", true),
    managed("google_storage_bucket", true),
    // Azure
    rule("azurerm_linux_virtual_machine", Role::Compute, One),
    rule("azurerm_windows_virtual_machine", Role::Compute, One),
    rule(
        "azurerm_linux_virtual_machine_scale_set",
        Role::Compute,
        Given(&["instances"]),
    ),
    rule(
        "azurerm_windows_virtual_machine_scale_set",
        Role::Compute,
        Given(&["instances"]),
    ),
    rule(
        "azurerm_orchestrated_virtual_machine_scale_set",
        Role::Compute,
        Given(&["instances"]),
    ),
    rule(
        "azurerm_service_plan",
        Role::Compute,
        Given(&["worker_count"]),
    ),
    pool(
        "azurerm_kubernetes_cluster",
        Given(&["default_node_pool.0.node_count"]),
    ),
    pool(
        "azurerm_kubernetes_cluster_node_pool",
        Given(&["node_count"]),
    ),
    store(
        "azurerm_mssql_database",
        TwoIf("zone_redundant", &["true"]),
        Some(("max_size_gb", GB)),
    ),
    store(
        "azurerm_postgresql_flexible_server",
        TwoIf("high_availability.0.mode", &["ZoneRedundant", "SameZone"]),
        Some(("storage_mb", MB)),
    ),
    store(
        "azurerm_mysql_flexible_server",
        TwoIf("high_availability.0.mode", &["ZoneRedundant", "SameZone"]),
        Some(("storage.0.size_gb", GB)),
    ),
    rule(
        "azurerm_redis_cache",
        Role::Cache,
        OneMoreThan("replicas_per_primary"),
    ),
    balancer("azurerm_lb"),
    balancer("azurerm_application_gateway"),
    global(balancer("azurerm_cdn_frontdoor_profile")),
    managed("azurerm_cosmosdb_account", false),
    managed("azurerm_container_app", false),
    managed("azurerm_linux_function_app", true),
    managed("azurerm_servicebus_namespace", true),
    managed("azurerm_eventhub_namespace", true),
    managed("azurerm_storage_account", true),
];

impl Rule {
    pub(super) fn of(kind: &str) -> Option<&'static Self> {
        RULES.iter().find(|rule| rule.kind == kind)
    }

    /// Copies that a resource stands for, if it says.
    pub(super) fn copies(&self, resource: &Resource) -> Option<u64> {
        match self.copies {
            One => Some(1),
            Given(paths) => paths
                .iter()
                .find_map(|path| resource.attribute(path).and_then(whole)),
            TwoIf(path, values) => Some(1 + u64::from(is_one_of(resource, path, values))),
            OneMoreThan(path) => Some(1 + resource.attribute(path).and_then(whole).unwrap_or(0)),
        }
    }

    /// Whether one of several copies is primary at a time.
    pub(super) fn takes_over(&self, resource: &Resource) -> bool {
        match self.copies {
            TwoIf(path, values) => is_one_of(resource, path, values),
            _ => matches!(
                self.kind,
                "aws_rds_cluster_instance"
                    | "aws_docdb_cluster_instance"
                    | "aws_neptune_cluster_instance"
                    | "aws_elasticache_replication_group"
                    | "azurerm_redis_cache"
            ),
        }
    }

    /// Size of what it keeps \[byte\].
    pub(super) fn size(&self, resource: &Resource) -> Option<u64> {
        let (path, unit) = self.size?;
        let amount = resource.attribute(path).and_then(whole)?;
        amount.checked_mul(unit).filter(|size| *size > 0)
    }
}

fn is_one_of(resource: &Resource, path: &str, values: &[&str]) -> bool {
    match resource.attribute(path) {
        Some(Value::Bool(answer)) => values.contains(&if *answer { "true" } else { "false" }),
        Some(Value::String(text)) => values.contains(&text.as_str()),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documentation_lists_every_type_that_is_read() {
        let page = include_str!("../../../docs/import.md");
        let missing: Vec<&str> = RULES
            .iter()
            .map(|rule| rule.kind)
            .filter(|kind| !page.contains(&format!("`{kind}`")))
            .collect();
        assert!(missing.is_empty(), "{missing:?}");
    }
}
