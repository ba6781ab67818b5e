import type { Manifest } from '../../mallm/fit/manifest.js';
import { defaultPreset, paperPreset, type FitOptions } from '../../mallm/options.js';
import { escape, paragraph, table, tiles, type Content, type Section } from '../html.js';

const PRESETS = { default: defaultPreset, paper: paperPreset };
/** Longest value that is shown whole, characters. */
const LONGEST = 200;

/** Which options differ from the preset, when and where the run was, and the hashes of its files. */
export function settingsSection(manifest: Manifest): Section {
  const { options, runId, createdAt, finishedAt, store, files } = manifest;
  const preset = PRESETS[options.preset];
  const names = Object.keys(preset) as (keyof FitOptions)[];
  const differing = names.filter((name) => JSON.stringify(options[name]) !== JSON.stringify(preset[name]));
  const rows = differing.map((name) => [name, value(options[name]), value(preset[name])]);
  const hashes = Object.entries(files).map(([name, hash]): Content[] => [
    name,
    { html: `<code class="hash">${escape(hash)}</code>` },
  ]);
  const body = [
    paragraph(
      differing.length === 0
        ? `Every option is as in the preset “${options.preset}”.`
        : `Options that differ from the preset “${options.preset}”; all others are as there.`,
    ),
    rows.length > 0 ? table('Options that differ from the preset', ['option', 'this run', 'preset'], rows) : '',
    '<h3>Run</h3>',
    tiles([
      ['run', runId],
      ['begun', timeText(createdAt)],
      ['finished', timeText(finishedAt)],
      ['object store', store],
    ]),
    '<h3>Files</h3>',
    hashes.length > 0 ? table('Files and their hashes', ['file', 'SHA-256'], hashes) : '',
    paragraph('The hashes of all files, including this page, are in manifest.json in the same directory.'),
  ];
  return { id: 'settings', name: 'Options and files', title: 'Options, run and files', body: body.join('') };
}

function value(option: FitOptions[keyof FitOptions]): Content {
  if (option === null) return 'none';
  const text = typeof option === 'string' ? option : JSON.stringify(option);
  return { html: `<span class="long">${escape(text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text)}</span>` };
}

function timeText(time: string): string {
  return time.replace('T', ' ').replace(/\.\d+Z$/, ' UTC');
}
