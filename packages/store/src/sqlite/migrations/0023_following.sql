ALTER TABLE `inbound` ADD `after_id` text;--> statement-breakpoint
CREATE INDEX `inbound_after` ON `inbound` (`space`,`after_id`) WHERE after_id IS NOT NULL AND state = 'queued';