CREATE TABLE `memory_version` (
	`space` text DEFAULT 'main' NOT NULL,
	`agent_id` text NOT NULL,
	`version` integer NOT NULL,
	PRIMARY KEY(`space`, `agent_id`)
);
--> statement-breakpoint
ALTER TABLE `memory_file` ADD `version` integer DEFAULT 0 NOT NULL;
--> statement-breakpoint
-- The words of `memory_text`, with how many passages hold each.
CREATE VIRTUAL TABLE `memory_word` USING fts5vocab('memory_text', 'row');
