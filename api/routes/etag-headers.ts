import * as z from 'zod';

/** The request header of the routes that answer with a tag. */
export const IF_NONE_MATCH = {
  'If-None-Match': {
    schema: z.string().optional(),
    description: 'The ETag of an earlier answer, which is then not repeated.',
  },
};

export const ETAG = { ETag: 'Names this answer, for If-None-Match' };
export const UNCHANGED = { 304: { description: 'The answer is the one that If-None-Match names' } };
