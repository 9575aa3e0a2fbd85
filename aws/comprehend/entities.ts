import {
  ComprehendClient,
  DetectPiiEntitiesCommand,
  type PiiEntity,
} from '@aws-sdk/client-comprehend';
import * as z from 'zod';
import type { EntityService, FoundEntity } from '../../processors/privacy/ports.ts';
import { MAX_SEARCHED_BYTES, personalDataType, ServiceError } from '../../schemas/index.ts';
import { createClient } from '../clients.ts';
import { callService } from '../errors.ts';
import type { ComprehendDeps } from './analyzer.ts';

const entitySchema = z.object({
  // AWS may add types. Their entities must be masked too.
  Type: personalDataType.catch('OTHER'),
  Score: z.number().min(0).max(1),
  BeginOffset: z.number().int().nonnegative(),
  EndOffset: z.number().int().nonnegative(),
});

/** Creates the service that calls DetectPiiEntities of Amazon Comprehend, which knows en and es. */
export function createEntityService(deps: ComprehendDeps = {}): EntityService {
  const client = deps.client ?? createClient(ComprehendClient, { max_attempts: deps.max_attempts });
  return {
    max_bytes: MAX_SEARCHED_BYTES,
    async detectEntities(text, language_code) {
      const command = new DetectPiiEntitiesCommand({
        Text: text,
        LanguageCode: language_code as 'en',
      });
      const { Entities } = await callService('comprehend', () => client.send(command));
      // An answer without the list says nothing about the text.
      if (Entities === undefined) throw invalidResponse();
      return Entities.map(readEntity);
    },
  };
}

function readEntity(entity: PiiEntity): FoundEntity {
  const parsed = entitySchema.safeParse(entity);
  if (!parsed.success) throw invalidResponse();
  const { Type, Score, BeginOffset, EndOffset } = parsed.data;
  return { type: Type, score: Score, begin: BeginOffset, end: EndOffset };
}

function invalidResponse(): ServiceError {
  return new ServiceError('comprehend', 'InvalidResponse', { retryable: true });
}
