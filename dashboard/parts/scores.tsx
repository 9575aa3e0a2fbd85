import type { Result } from '../../schemas/index.ts';
import { f, t } from '../text/text.ts';

const NAMES = ['POSITIVE', 'NEUTRAL', 'MIXED', 'NEGATIVE'] as const;

/** The four scores of a verdict as bars. */
export function Scores({ scores }: { scores: NonNullable<Result['scores']> }) {
  return (
    <table class="scores">
      <caption class="unseen">{t.value.scores}</caption>
      <tbody>
        {NAMES.map((name) => {
          const score = scores[name.toLowerCase() as keyof typeof scores];
          return (
            <tr key={name}>
              <th scope="row">{t.value[name]}</th>
              <td class="bar">
                <span class={`fill ${name}`} style={{ inlineSize: `${score * 100}%` }} />
              </td>
              <td class="number">{f.value.score(score)}</td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
