// Reads {contexts, functions, texts} and writes what GitHub's evaluator makes of each text.
import { readFileSync } from "node:fs";
import { Evaluator, Lexer, Parser, data } from "@actions/expressions";

const asked = JSON.parse(readFileSync(0, "utf8"));

function wrap(value) {
  if (value === null) return new data.Null();
  if (typeof value === "string") return new data.StringData(value);
  if (typeof value === "number") return new data.NumberData(value);
  if (typeof value === "boolean") return new data.BooleanData(value);
  if (Array.isArray(value)) return new data.Array(...value.map(wrap));
  const pairs = Object.entries(value).map(([key, item]) => ({ key, value: wrap(item) }));
  return new data.Dictionary(...pairs);
}

function unwrap(found) {
  if (found.kind === data.Kind.Null) return "null";
  if (found.kind === data.Kind.Array) return `[${found.values().map(unwrap).join()}]`;
  if (found.kind === data.Kind.Dictionary) {
    return `{${found.pairs().map((p) => `${JSON.stringify(p.key)}:${unwrap(p.value)}`).join()}}`;
  }
  return typeof found.value === "number" ? String(found.value) : JSON.stringify(found.value);
}

const functions = Object.entries(asked.functions).map(([name, [minArgs, maxArgs]]) => ({
  name,
  minArgs,
  maxArgs,
  call: () => new data.BooleanData(true),
}));
const byName = new Map(functions.map((one) => [one.name.toLowerCase(), one]));
const contexts = wrap(asked.contexts);

function answer(text) {
  try {
    const parser = new Parser(new Lexer(text).lex().tokens, Object.keys(asked.contexts), functions);
    return `{"value":${unwrap(new Evaluator(parser.parse(), contexts, byName).evaluate())}}`;
  } catch (error) {
    return JSON.stringify({ error: String(error.message) });
  }
}

console.log(`[${asked.texts.map(answer).join()}]`);
