// Fits the example table and draws female penguins from it. Run: node examples/fit-and-sample.mjs [folder]
import { fit, sample } from 'mallm-gan';

const folder = process.argv[2] ?? 'penguins-synthetic';

const { manifest } = await fit({
  table: new URL('penguins.csv', import.meta.url).pathname,
  target: 'species',
  out: folder,
  epochs: 1,
  onProgress: ({ epoch, batch, best }) => console.error(`epoch ${epoch}, batch ${batch}, best score ${best ?? '-'}`),
});
console.log(`${manifest.rows.released} rows, simulated: ${manifest.simulated}`);

const { file } = await sample({ folder, rows: 20, where: ['sex = female', 'body_mass_g > 3500'] });
console.log(`20 heavy females in ${file}`);
