DROP TABLE `summary`;--> statement-breakpoint
CREATE TABLE `summary` (
	`space` text DEFAULT 'main' NOT NULL,
	`session_id` text NOT NULL,
	`generation` integer NOT NULL,
	`upto_seq` integer NOT NULL,
	`revision` integer NOT NULL,
	`body` text NOT NULL,
	`at` integer NOT NULL,
	`undone_at` integer,
	`undone_by` text,
	PRIMARY KEY(`space`, `session_id`, `generation`, `upto_seq`, `revision`),
	FOREIGN KEY (`space`,`session_id`) REFERENCES `session`(`space`,`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "summary_undone" CHECK((undone_at IS NULL) = (undone_by IS NULL))
);
--> statement-breakpoint
CREATE UNIQUE INDEX `summary_live` ON `summary` (`space`,`session_id`,`generation`,`upto_seq`) WHERE undone_at IS NULL;--> statement-breakpoint
ALTER TABLE `session` ADD `summary_upto` integer;--> statement-breakpoint
ALTER TABLE `session` ADD `context_tokens` integer;--> statement-breakpoint
ALTER TABLE `session` ADD `context_scale` integer;