import { expect, it } from 'vitest';
import { z } from 'zod';
import { manifestSchema } from '../../../mallm/fit/manifest.js';

// After a change of the manifest: npx vitest run test/mallm/manifest.test.ts -u
it('is described by docs/manifest.schema.json', async () => {
  const schema = z.toJSONSchema(manifestSchema, { target: 'draft-7' });
  await expect(`${JSON.stringify(schema, null, 2)}\n`).toMatchFileSnapshot('../../../docs/manifest.schema.json');
});
