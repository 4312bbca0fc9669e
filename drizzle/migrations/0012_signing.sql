CREATE TABLE `package_signatures` (
	`sha256` varchar(64) NOT NULL,
	`envelope` text NOT NULL,
	`envelope_sha256` varchar(64) NOT NULL,
	`statement` json NOT NULL,
	`stored_by` varchar(120) NOT NULL,
	`stored_at_ms` bigint unsigned NOT NULL,
	CONSTRAINT `package_signatures_sha256` PRIMARY KEY(`sha256`)
);
--> statement-breakpoint
ALTER TABLE `clusters` ADD `director_sequence` bigint unsigned DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `clusters` ADD `director_key_id` varchar(64) DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE `clusters` ADD `document_sequence` bigint unsigned DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `clusters` ADD `signed_digest` varchar(64) DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE `clusters` ADD `freshness` varchar(4000) DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE `machines` ADD `trust` json;--> statement-breakpoint
ALTER TABLE `machines` ADD `trust_root_version` bigint unsigned DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `machines` ADD `trust_problem` varchar(40) DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE `machines` ADD `trust_sequence` bigint unsigned DEFAULT 0 NOT NULL;--> statement-breakpoint
CREATE INDEX `machines_trust_idx` ON `machines` (`cluster_id`,`status`,`trust_root_version`,`trust_problem`);--> statement-breakpoint
CREATE INDEX `machines_trust_sequence_idx` ON `machines` (`cluster_id`,`trust_sequence`);