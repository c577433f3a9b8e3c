// Embeds the migrations as text, so that a bundle needs no folder beside it: `pnpm --filter @cuttle/store generate`.
import { writeFileSync } from 'node:fs';
import { readMigrations, renderMigrations } from './render-migrations.ts';

writeFileSync(
  new URL('src/sqlite/migrations.generated.ts', import.meta.url),
  renderMigrations(readMigrations(new URL('src/sqlite/migrations/', import.meta.url))),
);
