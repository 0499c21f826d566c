// Reads {root, asked: [{patterns, follow}]} and writes what npm @actions/glob hashes for each.
import { readFileSync } from "node:fs";
import * as glob from "@actions/glob";

const { root, asked } = JSON.parse(readFileSync(0, "utf8"));
process.chdir(root);

async function answer({ patterns, follow }) {
  try {
    return await glob.hashFiles(patterns.join("\n"), root, { followSymbolicLinks: follow });
  } catch (error) {
    return { error: String(error.message) };
  }
}

const answers = [];
for (const one of asked) answers.push(await answer(one));
process.stdout.write(`\n${JSON.stringify(answers)}`);
