ALTER TABLE `worker_task` ADD `expired_at` integer;--> statement-breakpoint
CREATE INDEX `worker_task_lease` ON `worker_task` (`space`,`lease_until`) WHERE ended_at IS NULL AND expired_at IS NULL;