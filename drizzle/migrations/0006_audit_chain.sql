CREATE TABLE `audit_chain` (
	`id` int unsigned NOT NULL,
	`seq` bigint unsigned NOT NULL,
	`hash` char(64) NOT NULL,
	`at_ms` bigint unsigned NOT NULL,
	`key_id` varchar(16) NOT NULL,
	`signature` varchar(100) NOT NULL,
	CONSTRAINT `audit_chain_id` PRIMARY KEY(`id`)
);
--> statement-breakpoint
CREATE TABLE `audit_heads` (
	`seq` bigint unsigned NOT NULL,
	`hash` char(64) NOT NULL,
	`at_ms` bigint unsigned NOT NULL,
	`key_id` varchar(16) NOT NULL,
	`signature` varchar(100) NOT NULL,
	CONSTRAINT `audit_heads_seq` PRIMARY KEY(`seq`)
);
--> statement-breakpoint
ALTER TABLE `audit_log` ADD `seq` bigint unsigned;--> statement-breakpoint
ALTER TABLE `audit_log` ADD `hash` char(64);--> statement-breakpoint
ALTER TABLE `audit_log` ADD CONSTRAINT `audit_log_seq_idx` UNIQUE(`seq`);--> statement-breakpoint
INSERT INTO `audit_chain` (`id`, `seq`, `hash`, `at_ms`, `key_id`, `signature`) VALUES (1, 0, REPEAT('0', 64), 0, '', '');
