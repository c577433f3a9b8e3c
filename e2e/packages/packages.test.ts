import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { eachDialect } from './each-dialect.ts';
import { exampleFrames } from './example-frames.ts';
import { loadCounter } from './load-counter.ts';
import { type Command, startCommand } from './start-command.ts';
import {
  npmFault,
  packPackages,
  type PackedPackages,
  type Project,
  type Published,
} from './packed-packages.ts';

const fault = await npmFault();
const why = fault === undefined ? '' : ` (skipped: npm does not run here: ${fault})`;

// Each package in an empty project of its own, by npm, from a registry of this machine; two at a time.
describe.skipIf(fault !== undefined)(
  `published packages${why}`,
  { concurrent: true, timeout: 180_000 },
  () => {
    let packed: PackedPackages;
    beforeAll(async () => {
      packed = await packPackages();
    });
    afterAll(() => packed[Symbol.asyncDispose]());

    const find = (name: string): Published | undefined =>
      packed.published.find((one) => one.name === name);

    /** A package of ours with all of ours that it declares, and that these declare. */
    function closureOf(name: string): string[] {
      const found = new Set([name]);
      for (const one of found)
        for (const dependency of Object.keys(find(one)?.dependencies ?? {}))
          if (find(dependency)) found.add(dependency);
      return [...found].toSorted();
    }

    async function oursIn(project: Project): Promise<string[]> {
      const names = (await project.installed()).map(({ name }) => name);
      return names.filter((name) => find(name)).toSorted();
    }

    it('are all proved here', () => {
      const names = packed.published.map(({ name }) => name).filter((name) => name !== 'cuttle');
      expect(Object.keys(exampleFrames).toSorted()).toEqual(names.toSorted());
    });

    it.each(Object.entries(exampleFrames))(
      '%s brings what it declares, loads, and does what its README says',
      async (name, frame) => {
        const project = await packed.createProject();
        await project.install(...(frame.flags ?? []), name);
        expect(await oursIn(project)).toEqual(closureOf(name));
        const { exports = {}, peerDependencies = {} } = find(name) ?? {};
        const unloaded = await project.node(
          'load.js',
          programThatLoads(name, Object.keys(exports)),
        );
        // All of it does, but an entry for those who have an optional peer.
        for (const line of unloaded.split('\n').filter(Boolean))
          expect(Object.keys(peerDependencies)).toContain(
            /package '(.*?)'/.exec(line)?.[1] ?? line,
          );

        if (name === '@cuttle/providers') await expectOneSdkEach(project, find(name));

        const readme = await readFile(
          join(project.folder, 'node_modules', name, 'README.md'),
          'utf8',
        );
        const example = /```ts\n([^]*?)```/.exec(readme)?.[1];
        const program = [frame.before, example, frame.after].join('\n');
        const named = [...packagesNamedIn(program), ...(frame.beside ?? [])];
        const others = named.filter((one) => one !== name);
        if (others.length > 0) await project.install(...others);
        expect(await project.node('example.ts', program)).toMatch(frame.prints);
        if (name === '@cuttle/providers') await expectEachDialect(project);
      },
    );

    it('cuttle alone brings the command, the gateway and its page', async () => {
      const project = await packed.createProject();
      await project.install('cuttle');
      expect((await project.installed()).map(({ name }) => name)).toEqual(['cuttle']);
      const env = { ...project.env, CUTTLE_GATEWAY__PORT: '0', OLLAMA_HOST: 'http://127.0.0.1:9' };
      const cuttle = (...argv: readonly string[]): Command =>
        startCommand(join(project.folder, 'node_modules/.bin/cuttle'), argv, env);
      // Written by us, with a version by changesets.
      const manifest = JSON.parse(
        await readFile(join(project.folder, 'node_modules/cuttle/package.json'), 'utf8'),
      ) as { readonly version: string };
      expect(await cuttle('--version').end).toMatchObject({ out: `${manifest.version}\n` });

      const gateway = cuttle('start');
      try {
        const url = await gateway.until(/http:\/\/127\.0\.0\.1:\d+\/#code=\S+/);
        const page = await fetch(url);
        const html = await page.text();
        expect(html).toContain('<!doctype html>');
        const assets = [...html.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)];
        expect(assets.length).toBeGreaterThan(0);
        for (const [, path = ''] of assets)
          expect((await fetch(new URL(path, url))).status).toBe(200);
        expect((await cuttle('run', 'What is 6*7?').end).out).toContain('42');
      } finally {
        gateway.kill();
      }
      expect((await gateway.end).status).toBe(0);
    });
  },
);

/** No native module, no script at install, and no SDK but the one in use. */
async function expectOneSdkEach(project: Project, manifest: Published | undefined): Promise<void> {
  const scripts = (await project.installed()).filter(({ hasInstallScript }) => hasInstallScript);
  expect(scripts).toEqual([]);
  const files = await readdir(join(project.folder, 'node_modules'), { recursive: true });
  expect(files.filter((file) => /\.node$|binding\.gyp$/.test(file))).toEqual([]);
  const { exports = {}, dependencies = {} } = manifest ?? {};
  const sdks = Object.keys(dependencies).filter((one) => !/^@cuttle\/|^zod$/.test(one));
  const adapters = Object.keys(exports).filter((key) => !/^\.$|(?:options|login)$/.test(key));
  const program = loadCounter(
    adapters.map((key) => key.slice(2)),
    sdks,
  );
  const counts = Counts.parse(JSON.parse(await project.node('count.js', program)));
  for (const { imported } of Object.values(counts)) expect(imported).toEqual([]);
  expect(
    Object.fromEntries(Object.entries(counts).map(([key, { used }]) => [key, used.join()])),
  ).toEqual({
    anthropic: '@anthropic-ai/sdk',
    bedrock: '@aws-sdk/client-bedrock-runtime',
    gemini: '@google/generative-ai',
    offline: '',
    ollama: 'ollama',
    openai: 'openai',
    'openai-responses': 'openai',
  });
}

/** What the README shows of one dialect, each does. */
async function expectEachDialect(project: Project): Promise<void> {
  const lines = (await project.node('each.js', eachDialect)).trim().split('\n');
  const dialects = ['anthropic', 'bedrock', 'gemini', 'ollama', 'openai', 'openai-responses'];
  expect(lines).toEqual(dialects.map((one) => `${one} Let me look. weather {"place":"Kiel"}`));
}

const Counts = z.record(
  z.string(),
  z.object({ imported: z.array(z.string()), used: z.array(z.string()) }),
);

function programThatLoads(name: string, keys: readonly string[]): string {
  const entries = keys.map((key) => key.replace('.', name));
  return `for (const entry of ${JSON.stringify(entries)})
  await import(entry).catch((error) => console.log(error.message));`;
}

/** The packages that a program imports. */
function packagesNamedIn(program: string): readonly string[] {
  const named = [...program.matchAll(/(?:from|import) '((?:@[^/']+\/)?[^/']+)/g)];
  const names = new Set(named.map(([, name = '']) => name));
  return [...names].filter((name) => !name.startsWith('node:'));
}
