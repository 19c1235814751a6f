// Takes docs/report.png, the picture of the README, from the labelled reviews of fixtures/corpus:
//
//     cargo build && (cd tests/browser && npm ci) && node tests/browser/picture.mjs
//
// The top of the page, and below it an issue in the diff.

import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { launch, open, stretch } from "./browser.mjs";
import { indexed } from "./png.mjs";
import { corpusWave } from "./waves.mjs";

const target = fileURLToPath(new URL("../../docs/report.png", import.meta.url));
const width = 1120;
const browser = await launch();
const { page } = await open(browser, corpusWave(), { viewport: { width, height: 1000 } });
await stretch(page, width);
const row = await page.locator("li.row").nth(2).boundingBox();
const top = await page.screenshot({ clip: { x: 0, y: 0, width, height: row.y + row.height } });

const card = page.locator("article[id='queue/src/queue.rs:23']");
const box = await card.evaluate((node) => {
  const { top: first } = node.previousElementSibling.querySelector("[data-n='20']").getBoundingClientRect();
  const { bottom } = node.nextElementSibling.children[2].getBoundingClientRect();
  return { y: first, height: bottom - first };
});
const below = await page.screenshot({ clip: { x: 0, width, ...box } });

const canvas = await browser.newPage();
const images = [top, below].map((bytes) => `data:image/png;base64,${bytes.toString("base64")}`);
const { pixels, height } = await canvas.evaluate(async ({ images, width }) => {
  const drawn = await Promise.all(images.map(async (source) => createImageBitmap(await (await fetch(source)).blob())));
  const gap = 28;
  const height = drawn[0].height + gap + drawn[1].height;
  const context = new OffscreenCanvas(width, height).getContext("2d");
  context.fillStyle = "#fbfbf9";
  context.fillRect(0, 0, width, height);
  context.drawImage(drawn[0], 0, 0);
  context.drawImage(drawn[1], 0, drawn[0].height + gap);
  // Dots where the pages between are left out.
  context.fillStyle = "#8a929b";
  for (let x = 34; x < width - 34; x += 12) context.fillRect(x, drawn[0].height + gap / 2 - 1, 3, 3);
  const { data } = context.getImageData(0, 0, width, height);
  let text = "";
  for (let at = 0; at < data.length; at += 32768) text += String.fromCharCode(...data.subarray(at, at + 32768));
  return { pixels: btoa(text), height };
}, { images, width });
writeFileSync(target, indexed(Buffer.from(pixels, "base64"), width, height));
await browser.close();
