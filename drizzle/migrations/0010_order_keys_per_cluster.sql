ALTER TABLE `freezes` DROP INDEX `freezes_key_idx`;--> statement-breakpoint
ALTER TABLE `holds` DROP INDEX `holds_key_idx`;--> statement-breakpoint
ALTER TABLE `freezes` ADD CONSTRAINT `freezes_key_idx` UNIQUE(`order_key`,`cluster_id`);--> statement-breakpoint
ALTER TABLE `holds` ADD CONSTRAINT `holds_key_idx` UNIQUE(`order_key`,`cluster_id`);