import type { Layer } from './stack.ts';

/**
 * Colours of the sentiments, which people with any kind of colour vision tell apart: blue and orange
 * instead of green and red, at different brightness. They are those of style/theme.css, because a
 * canvas does not read variables.
 */
const LIGHT: Record<Layer | 'ghost' | 'axis' | 'grid', string> = {
  NEGATIVE: '#d9541e',
  MIXED: '#a06bc9',
  NEUTRAL: '#a8b3c2',
  POSITIVE: '#2b7fd4',
  no_verdict: '#dfe4ea',
  ghost: '#3a4658',
  axis: '#55606f',
  grid: '#e6eaef',
};
const DARK: typeof LIGHT = {
  NEGATIVE: '#f0743e',
  MIXED: '#b98be0',
  NEUTRAL: '#7a8698',
  POSITIVE: '#4b9df0',
  no_verdict: '#39434f',
  ghost: '#d3dbe6',
  axis: '#9aa6b5',
  grid: '#252d37',
};

export function chartColours(is_dark: boolean): typeof LIGHT {
  return is_dark ? DARK : LIGHT;
}
