CREATE TABLE `cluster_hearing` (
	`cluster_id` varchar(63) NOT NULL,
	`heard_at_ms` bigint unsigned NOT NULL,
	`silent_from_ms` bigint unsigned NOT NULL DEFAULT 0,
	`silent_until_ms` bigint unsigned NOT NULL DEFAULT 0,
	CONSTRAINT `cluster_hearing_cluster_id` PRIMARY KEY(`cluster_id`)
);
