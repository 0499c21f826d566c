// Reads a list of {kind, text} and writes the messages of GitHub's published parser for each.
import { readFileSync } from "node:fs";
import { convertWorkflowTemplate, parseWorkflow } from "@actions/workflow-parser";
import { parseAction } from "@actions/workflow-parser/actions/action-parser";
import { convertActionTemplate } from "@actions/workflow-parser/actions/action-template";
import {
  TemplateContext,
  TemplateValidationErrors,
} from "@actions/workflow-parser/templates/template-context";
import { getWorkflowSchema } from "@actions/workflow-parser/workflows/workflow-schema";

const trace = { info() {}, verbose() {}, error() {} };
const featureFlags = { isEnabled: () => true };

async function messages({ kind, text }) {
  let context = new TemplateContext(new TemplateValidationErrors(), getWorkflowSchema(), trace);
  context.state.featureFlags = featureFlags;
  try {
    if (kind === "action") {
      const read = parseAction({ name: "action.yml", content: text }, trace);
      context = read.context;
      if (read.value) convertActionTemplate(context, read.value);
    } else {
      const read = parseWorkflow({ name: "x.yml", content: text }, context);
      const options = { errorPolicy: 0, featureFlags };
      if (read.value) await convertWorkflowTemplate(context, read.value, undefined, options);
    }
  } catch (error) {
    return [String(error.message)];
  }
  return context.errors.getErrors().map((error) => error.message);
}

const found = [];
for (const asked of JSON.parse(readFileSync(0, "utf8"))) found.push(await messages(asked));
console.log(JSON.stringify(found));
