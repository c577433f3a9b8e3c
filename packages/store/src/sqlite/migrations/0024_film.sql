CREATE TABLE `media_film` (
	`space` text DEFAULT 'main' NOT NULL,
	`sha256` text NOT NULL,
	`by` text NOT NULL,
	`duration_ms` integer,
	`has_sound` integer NOT NULL,
	`frames` text NOT NULL,
	`failure` text,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`space`, `sha256`, `by`),
	FOREIGN KEY (`space`,`sha256`) REFERENCES `blob`(`space`,`sha256`) ON UPDATE no action ON DELETE cascade,
	CONSTRAINT "media_film_failure" CHECK(failure IS NULL OR frames = '[]')
);
--> statement-breakpoint
CREATE TABLE `__new_media_text` (
	`space` text DEFAULT 'main' NOT NULL,
	`sha256` text NOT NULL,
	`kind` text NOT NULL,
	`by` text NOT NULL,
	`text` text NOT NULL,
	`detail` text NOT NULL,
	`failure` text,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`space`, `sha256`, `kind`, `by`),
	FOREIGN KEY (`space`,`sha256`) REFERENCES `blob`(`space`,`sha256`) ON UPDATE no action ON DELETE cascade,
	CONSTRAINT "media_text_kind" CHECK((kind = 'image' OR kind = 'audio' OR kind = 'document' OR kind = 'video')),
	CONSTRAINT "media_text_failure" CHECK(failure IS NULL OR text = '')
);
--> statement-breakpoint
INSERT INTO `__new_media_text`("space", "sha256", "kind", "by", "text", "detail", "failure", "created_at") SELECT "space", "sha256", "kind", "by", "text", "detail", "failure", "created_at" FROM `media_text`;--> statement-breakpoint
DROP TABLE `media_text`;--> statement-breakpoint
ALTER TABLE `__new_media_text` RENAME TO `media_text`;