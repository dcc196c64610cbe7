import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { publicFolder } from './storefront';

const root = mkdtempSync(path.join(tmpdir(), 'storefront-'));
after(() => {
  rmSync(root, { recursive: true });
});

function page(folder: string): string {
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, 'index.html'), '<!doctype html>');
  return folder;
}

test('is found in the sources of a compiled tree, and beside the file where there is one', () => {
  const compiled = path.join(root, 'dist', 'services', 'frontend');
  mkdirSync(compiled, { recursive: true });
  assert.throws(() => publicFolder(compiled), /storefront page is missing/);
  const inSources = page(path.join(root, 'services', 'frontend', 'public'));
  assert.equal(publicFolder(compiled), inSources);
  const beside = page(path.join(compiled, 'public'));
  assert.equal(publicFolder(compiled), beside);
});

test('the page loads nothing from elsewhere and has nothing inline: its policy would block it', () => {
  const folder = publicFolder();
  const html = readFileSync(path.join(folder, 'index.html'), 'utf8');
  assert.match(html, /<script[^>]+src="\/app\.js"/, 'this is the page');
  assert.doesNotMatch(html, /<style|style=|<script(?![^>]*\bsrc=)|\son\w+=|javascript:/i);
  assert.doesNotMatch(html, /(src|href)="(https?:)?\/\//i);
  const css = readFileSync(path.join(folder, 'style.css'), 'utf8');
  assert.doesNotMatch(css, /@import|url\((?!['"]?data:)/i);
});
