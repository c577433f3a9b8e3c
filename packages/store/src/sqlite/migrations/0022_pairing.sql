CREATE TABLE `tally` (
	`space` text DEFAULT 'main' NOT NULL,
	`key` text NOT NULL,
	`since` integer NOT NULL,
	`count` integer NOT NULL,
	PRIMARY KEY(`space`, `key`),
	CONSTRAINT "tally_count" CHECK(count > 0)
);
--> statement-breakpoint
CREATE INDEX `tally_age` ON `tally` (`space`,`since`);--> statement-breakpoint
ALTER TABLE `identity` ADD `decided_at` integer;--> statement-breakpoint
ALTER TABLE `identity` ADD `direct_id` text;--> statement-breakpoint
CREATE INDEX `identity_allowed` ON `identity` (`space`,`decided_at`) WHERE access = 'allowed';--> statement-breakpoint
ALTER TABLE `pairing` ADD `refused_at` integer;