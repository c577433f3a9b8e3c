CREATE TABLE `purge` (
	`space` text DEFAULT 'main' NOT NULL,
	`id` text NOT NULL,
	`trace` text,
	`purged_by` text NOT NULL,
	`areas` text NOT NULL,
	`begun_at` integer NOT NULL,
	`ended_at` integer,
	PRIMARY KEY(`space`, `id`),
	CONSTRAINT "purge_ended" CHECK((ended_at IS NULL) = (trace IS NOT NULL))
);
--> statement-breakpoint
CREATE INDEX `purge_open` ON `purge` (`space`,`begun_at`) WHERE ended_at IS NULL;--> statement-breakpoint
ALTER TABLE `entry` ADD `blanked` text;--> statement-breakpoint
ALTER TABLE `store` ADD `seen_salt` text;