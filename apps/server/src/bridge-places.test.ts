import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openBridges, toFolderName } from './bridge-places.ts';

it('gives each account a folder of its own below that of the bridges', async () => {
  const names = ['main', 'Main', '..', '.', 'a/b', 'a%2Fb', '*'];
  const folders = names.map(toFolderName);
  expect(new Set(folders).size).toBe(names.length);
  for (const folder of folders) expect(folder).toMatch(/^[\w%!'()~-]+$/);
  const open = openBridges({ home: { bridges: '/home/bridges' }, env: {} });
  const host = await open({ platform: 'whatsapp-web', name: '..' });
  expect(host?.folder).toBe(join('/home/bridges', 'whatsapp-web', '%2E%2E'));
  expect(host?.installCommand('@cuttle/whatsapp-web')).toBe(
    'npm install --prefix "/home/bridges" @cuttle/whatsapp-web',
  );
});
