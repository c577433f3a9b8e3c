CREATE TABLE `pin` (
	`row` integer PRIMARY KEY NOT NULL,
	`space` text DEFAULT 'main' NOT NULL,
	`id` text NOT NULL,
	`agent_id` text NOT NULL,
	`session_key` text,
	`text` text NOT NULL,
	`added_by` text NOT NULL,
	`created_at` integer NOT NULL,
	`removed_by` text,
	`removed_at` integer,
	CONSTRAINT "pin_removed" CHECK((removed_at IS NULL) = (removed_by IS NULL))
);
--> statement-breakpoint
CREATE INDEX `pin_place` ON `pin` (`space`,`agent_id`,`session_key`) WHERE removed_at IS NULL;--> statement-breakpoint
CREATE UNIQUE INDEX `pin_id` ON `pin` (`space`,`id`);--> statement-breakpoint
ALTER TABLE `session` ADD `persona` text;