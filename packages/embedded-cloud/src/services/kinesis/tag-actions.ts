import type { JsonObject } from '../../gateway/json-protocol.ts';
import { ACCOUNT_ID } from '../../gateway/types.ts';
import { invalidArgument } from './errors.ts';
import { findStream, type KinesisLog } from './stream.ts';
import { invalid, readInteger, readTexts } from './validate.ts';

/** Source: https://docs.aws.amazon.com/kinesis/latest/APIReference/API_AddTagsToStream.html */
const MOST_TAGS = 50;
const TAG_PATTERN = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;

/** Creates the actions for the tags of streams. */
export function createTagActions(log: KinesisLog) {
  const checkTexts = (texts: string[], stream: string) => {
    if (texts.every((text) => TAG_PATTERN.test(text))) return;
    throw invalidArgument(
      `Failed to change the tags of stream ${stream} under account ${ACCOUNT_ID} because some tags contained illegal characters.`,
    );
  };
  return {
    async AddTagsToStream(input: JsonObject) {
      const { id, details } = findStream(log, input);
      const added = readTexts(input, 'Tags');
      checkTexts([...Object.keys(added), ...Object.values(added)], id);
      const tags = { ...details.tags, ...added };
      if (Object.keys(tags).length > MOST_TAGS) {
        throw invalidArgument(
          `Failed to add tags to stream ${id} under account ${ACCOUNT_ID} because a given stream cannot have more than ${MOST_TAGS} tags associated with it.`,
        );
      }
      await log.update(id, { details: { ...details, tags } });
      return {};
    },
    async RemoveTagsFromStream(input: JsonObject) {
      const { id, details } = findStream(log, input);
      const keys = input.TagKeys;
      if (!Array.isArray(keys)) throw invalid('tagKeys', 'not be null');
      checkTexts(keys.map(String), id);
      const kept = Object.entries(details.tags).filter(([key]) => !keys.includes(key));
      await log.update(id, { details: { ...details, tags: Object.fromEntries(kept) } });
      return {};
    },
    async ListTagsForStream(input: JsonObject) {
      const { details } = findStream(log, input);
      const limit = readInteger(input, 'Limit', { least: 1, most: MOST_TAGS, absent: MOST_TAGS });
      const start = input.ExclusiveStartTagKey;
      const keys = Object.keys(details.tags)
        .filter((key) => typeof start !== 'string' || key > start)
        .sort();
      return {
        Tags: keys.slice(0, limit).map((Key) => ({ Key, Value: details.tags[Key] })),
        HasMoreTags: keys.length > limit,
      };
    },
  };
}
