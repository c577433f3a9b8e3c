CREATE TABLE `media_text` (
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
	CONSTRAINT "media_text_kind" CHECK((kind = 'image' OR kind = 'audio' OR kind = 'document')),
	CONSTRAINT "media_text_failure" CHECK(failure IS NULL OR text = '')
);
