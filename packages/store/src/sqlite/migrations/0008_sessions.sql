CREATE TABLE `lineage` (
	`space` text DEFAULT 'main' NOT NULL,
	`session_id` text NOT NULL,
	`generation` integer NOT NULL,
	`n` integer NOT NULL,
	`source_id` text NOT NULL,
	`source_generation` integer NOT NULL,
	`after_seq` integer NOT NULL,
	`upto_seq` integer NOT NULL,
	PRIMARY KEY(`space`, `session_id`, `generation`, `n`),
	FOREIGN KEY (`space`,`session_id`) REFERENCES `session`(`space`,`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`space`,`source_id`) REFERENCES `session`(`space`,`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "lineage_stretch" CHECK(after_seq < upto_seq)
);
--> statement-breakpoint
CREATE INDEX `lineage_source` ON `lineage` (`space`,`source_id`);--> statement-breakpoint
CREATE TABLE `link` (
	`space` text DEFAULT 'main' NOT NULL,
	`channel` text NOT NULL,
	`account` text NOT NULL,
	`external_id` text NOT NULL,
	`person_id` text NOT NULL,
	`configured` integer DEFAULT 0 NOT NULL,
	`at` integer NOT NULL,
	PRIMARY KEY(`space`, `channel`, `account`, `external_id`),
	FOREIGN KEY (`space`,`person_id`) REFERENCES `person`(`space`,`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `link_person` ON `link` (`space`,`person_id`,`channel`,`account`,`external_id`);--> statement-breakpoint
CREATE INDEX `link_configured` ON `link` (`space`) WHERE configured = 1;--> statement-breakpoint
CREATE TABLE `rewound` (
	`space` text DEFAULT 'main' NOT NULL,
	`session_id` text NOT NULL,
	`after_seq` integer NOT NULL,
	`upto_seq` integer NOT NULL,
	`at` integer NOT NULL,
	PRIMARY KEY(`space`, `session_id`, `after_seq`, `upto_seq`),
	FOREIGN KEY (`space`,`session_id`) REFERENCES `session`(`space`,`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
DROP INDEX `session_archived`;--> statement-breakpoint
DROP INDEX `session_active`;--> statement-breakpoint
DROP INDEX `session_agent`;--> statement-breakpoint
ALTER TABLE `session` ADD `channel` text;--> statement-breakpoint
CREATE INDEX `session_channel` ON `session` (`space`,`channel`,`archived`,`active_at`,`id`) WHERE channel IS NOT NULL AND active_at IS NOT NULL;--> statement-breakpoint
CREATE INDEX `session_active` ON `session` (`space`,`archived`,`active_at`,`id`) WHERE active_at IS NOT NULL;--> statement-breakpoint
CREATE INDEX `session_agent` ON `session` (`space`,`agent_id`,`archived`,`active_at`,`id`) WHERE active_at IS NOT NULL;--> statement-breakpoint
DROP INDEX `entry_step`;--> statement-breakpoint
CREATE UNIQUE INDEX `entry_step` ON `entry` (`space`,`run_id`,`n`,`kind`,quote(inbound_id));--> statement-breakpoint
ALTER TABLE `identity` ADD `own_person_id` text;--> statement-breakpoint
CREATE INDEX `identity_external` ON `identity` (`space`,`channel`,`external_id`);--> statement-breakpoint
CREATE INDEX `identity_person` ON `identity` (`space`,`person_id`);--> statement-breakpoint
ALTER TABLE `inbound` ADD `renews` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `person` ADD `label` text;--> statement-breakpoint
CREATE UNIQUE INDEX `person_label` ON `person` (`space`,`label`) WHERE label IS NOT NULL;--> statement-breakpoint
CREATE INDEX `approval_run` ON `approval` (`space`,`run_id`);--> statement-breakpoint
-- The door of a place's first message, for those that are there already.
UPDATE `session` SET `channel` = (SELECT account.channel FROM inbound JOIN account ON account.space = inbound.space AND account.id = inbound.account_id WHERE inbound.space = session.space AND inbound.session_id = session.id ORDER BY inbound.seq LIMIT 1);
