// A headless Chromium that has no network, and what it did on a page.

import { existsSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const names = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

export function launch() {
  const executablePath = process.env.CHROMIUM ?? names.find((name) => existsSync(name));
  if (!executablePath) throw new Error(`no Chromium at ${names.join(", ")}: install it, or name it in CHROMIUM`);
  const args = ["--host-resolver-rules=MAP * ~NOTFOUND", "--disable-gpu", "--font-render-hinting=none"];
  // Chromium's sandbox does not start for root, which is who runs in most containers.
  if (process.getuid?.() === 0) args.push("--no-sandbox");
  const env = { ...process.env, FONTCONFIG_FILE: fileURLToPath(new URL("fonts.conf", import.meta.url)) };
  return chromium.launch({ executablePath, args, env });
}

export const WIDE = { width: 1280, height: 900 };
export const PHONE = { width: 390, height: 844 };

/**
 * Opens a page and keeps account of it: requests but that of the page itself, violations of the policy, errors.
 */
export async function open(browser, file, { hash = "", viewport = WIDE, ...options } = {}) {
  const context = await browser.newContext({ viewport, reducedMotion: "reduce", ...options });
  const page = await context.newPage();
  const url = pathToFileURL(file).href;
  const seen = { requests: [], errors: [] };
  page.on("request", (request) => { if (request.url().split("#")[0] !== url) seen.requests.push(request.url()); });
  page.on("pageerror", (error) => seen.errors.push(String(error)));
  page.on("console", (message) => { if (message.type() === "error") seen.errors.push(message.text()); });
  page.on("dialog", (dialog) => { seen.errors.push(`dialog: ${dialog.message()}`); dialog.dismiss(); });
  await page.addInitScript(() => {
    window.violations = [];
    document.addEventListener("securitypolicyviolation", (event) =>
      window.violations.push(`${event.violatedDirective} ${event.blockedURI}`));
  });
  await page.goto(url + hash);
  return { page, seen, close: () => context.close() };
}

/** Makes the window as tall as the page: parts far from it are not drawn. */
export async function stretch(page, width) {
  for (let round = 0; round < 4; round += 1) {
    const height = await page.evaluate(() => document.documentElement.scrollHeight);
    await page.setViewportSize({ width, height: Math.min(height, 16_000) });
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  }
}

/** A picture of the whole page, whose window stays as tall. */
export async function picture(page, path, viewport) {
  await stretch(page, viewport.width);
  await page.screenshot({ path });
}
