CREATE TABLE `applied_orders` (
	`release_id` bigint unsigned NOT NULL,
	`cluster_id` varchar(63) NOT NULL,
	`revision` bigint unsigned NOT NULL,
	`digest` varchar(64) NOT NULL,
	`applied_at_ms` bigint unsigned NOT NULL,
	CONSTRAINT `applied_orders_release_id_cluster_id_pk` PRIMARY KEY(`release_id`,`cluster_id`)
);
--> statement-breakpoint
CREATE TABLE `cluster_orders` (
	`release_id` bigint unsigned NOT NULL,
	`cluster_id` varchar(63) NOT NULL,
	`revision` bigint unsigned NOT NULL,
	`delivered_revision` bigint unsigned,
	`actor_kind` varchar(16) NOT NULL,
	`actor` varchar(120) NOT NULL,
	`request_id` varchar(40) NOT NULL,
	`ordered_at_ms` bigint unsigned NOT NULL,
	`problem` varchar(300) NOT NULL DEFAULT '',
	CONSTRAINT `cluster_orders_release_id_cluster_id_pk` PRIMARY KEY(`release_id`,`cluster_id`)
);
--> statement-breakpoint
CREATE TABLE `master_credentials` (
	`id` bigint unsigned AUTO_INCREMENT NOT NULL,
	`cluster_id` varchar(63) NOT NULL,
	`secret_hash` varchar(64) NOT NULL,
	`created_by` varchar(120) NOT NULL,
	`created_at_ms` bigint unsigned NOT NULL,
	`revoked_at_ms` bigint unsigned,
	CONSTRAINT `master_credentials_id` PRIMARY KEY(`id`)
);
--> statement-breakpoint
CREATE TABLE `remote_facts` (
	`release_id` bigint unsigned NOT NULL,
	`cluster_id` varchar(63) NOT NULL,
	`applied_revision` bigint unsigned,
	`facts` json NOT NULL,
	`failures` json NOT NULL,
	`read_at_ms` bigint unsigned NOT NULL,
	CONSTRAINT `remote_facts_release_id_cluster_id_pk` PRIMARY KEY(`release_id`,`cluster_id`)
);
--> statement-breakpoint
CREATE TABLE `remote_masters` (
	`cluster_id` varchar(63) NOT NULL,
	`credential` varchar(400) NOT NULL,
	`failures` int unsigned NOT NULL DEFAULT 0,
	`failing_since_ms` bigint unsigned,
	`next_attempt_at_ms` bigint unsigned NOT NULL DEFAULT 0,
	`answered_at_ms` bigint unsigned NOT NULL DEFAULT 0,
	`problem` varchar(300) NOT NULL DEFAULT '',
	`status` json,
	CONSTRAINT `remote_masters_cluster_id` PRIMARY KEY(`cluster_id`)
);
--> statement-breakpoint
CREATE INDEX `cluster_orders_cluster_idx` ON `cluster_orders` (`cluster_id`,`release_id`);--> statement-breakpoint
CREATE INDEX `master_credentials_cluster_idx` ON `master_credentials` (`cluster_id`);