CREATE TABLE `tombstone` (
	`space` text DEFAULT 'main' NOT NULL,
	`session_id` text NOT NULL,
	`from_seq` integer NOT NULL,
	`upto_seq` integer NOT NULL,
	`chained` integer NOT NULL,
	`mac` text,
	`reason` text NOT NULL,
	`at` integer NOT NULL,
	`seal` text,
	PRIMARY KEY(`space`, `session_id`, `from_seq`),
	CONSTRAINT "tombstone_range" CHECK(from_seq <= upto_seq)
);
--> statement-breakpoint
ALTER TABLE `audit` ADD `subject` text;--> statement-breakpoint
ALTER TABLE `audit` ADD `digest` text;--> statement-breakpoint
ALTER TABLE `audit` ADD `mac` text;--> statement-breakpoint
ALTER TABLE `audit` ADD `redacted_by` integer;--> statement-breakpoint
CREATE INDEX `audit_subject` ON `audit` (`space`,`subject`,`seq`) WHERE subject IS NOT NULL;--> statement-breakpoint
ALTER TABLE `entry` ADD `mac` text;--> statement-breakpoint
ALTER TABLE `session` ADD `chained` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `session` ADD `chain_mac` text;--> statement-breakpoint
ALTER TABLE `session` ADD `chain_head` text;--> statement-breakpoint
ALTER TABLE `store` ADD `records_from` integer;--> statement-breakpoint
ALTER TABLE `store` ADD `records_audit` integer;--> statement-breakpoint
ALTER TABLE `store` ADD `records_audit_mac` text;--> statement-breakpoint
ALTER TABLE `store` ADD `records_seal` text;--> statement-breakpoint
ALTER TABLE `store` ADD `audit_count` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `store` ADD `audit_mac` text;--> statement-breakpoint
ALTER TABLE `store` ADD `audit_head` text;--> statement-breakpoint
ALTER TABLE `store` ADD `anchored_at` integer DEFAULT 0 NOT NULL;