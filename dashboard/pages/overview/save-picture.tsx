import { saveFile } from '../../parts/save-file.ts';
import { t } from '../../text/text.ts';

/** Saves the chart as a PNG, on the colour of the page. */
export function SavePicture() {
  return (
    <button type="button" class="plain" onClick={savePicture}>
      {t.value.save_png}
    </button>
  );
}

function savePicture(): void {
  const chart = document.querySelector<HTMLCanvasElement>('.chart canvas');
  if (chart === null) return;
  const picture = document.createElement('canvas');
  picture.width = chart.width;
  picture.height = chart.height;
  const context = picture.getContext('2d');
  if (context === null) return;
  context.fillStyle = getComputedStyle(document.body).backgroundColor;
  context.fillRect(0, 0, picture.width, picture.height);
  context.drawImage(chart, 0, 0);
  picture.toBlob((blob) => {
    if (blob !== null) saveFile('sentiment.png', blob);
  });
}
