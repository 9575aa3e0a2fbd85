import { expect, it } from 'vitest';
import * as z from 'zod';
import { resultSchema } from '../../../schemas/index.ts';

it('each field of a result has a description, which DESCRIBE shows as the comment of its column', () => {
  const { properties = {} } = z.toJSONSchema(resultSchema) as {
    properties?: Record<string, { description?: string }>;
  };
  const bare = Object.entries(properties).filter(([, { description = '' }]) => description === '');
  expect(bare.map(([name]) => name)).toEqual(['schema_version']);
});
