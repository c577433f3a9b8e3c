ALTER TABLE `store` ADD `indexed_session` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
UPDATE `store` SET `indexed_session` = (SELECT coalesce(max(`row`), 0) FROM `session`);
