import { type Answered, createApi } from '../../../api/app.ts';
import { detectLanguage } from '../../../processors/analysis/detect-language.ts';
import type { Analyse } from '../../../processors/analysis/outcome.ts';
import { type ErrorResponse, errorResponseSchema } from '../../../schemas/index.ts';
import { fakeAnalyzer, testAnalysis } from '../processors/analysis/fakes.ts';

/** The API over real analysis and a fake analyzer, or over what a test wants analysis to say. */
export function testApi(analyse?: Analyse) {
  const fake = fakeAnalyzer();
  const analysis = testAnalysis({ analyzer: fake.analyzer, detect_language: detectLanguage });
  const answers: Answered[] = [];
  const errors: unknown[] = [];
  let clock = Date.UTC(2026, 10, 23);
  const app = createApi({
    analyse: analyse ?? analysis.analyse,
    now: () => (clock += 5),
    version: '1.2.3',
    request_id: () => 'request-1',
    on_answer: (answered) => answers.push(answered),
    on_error: (error) => errors.push(error),
  });
  const post = (body: unknown, content_type = 'application/json') =>
    app.request('/analyze/sync', {
      method: 'POST',
      headers: { 'content-type': content_type },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
  return { app, post, calls: fake.calls, answers, errors };
}

/** The error of an answer, held against the schema that callers are promised. */
export async function errorOf(response: Response): Promise<ErrorResponse['error']> {
  return errorResponseSchema.parse(await response.json()).error;
}
