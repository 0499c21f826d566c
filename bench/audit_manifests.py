"""Kubernetes files of the measured repositories, see `audit_tree`."""

from __future__ import annotations

import json
import random
from textwrap import dedent, indent

_TEXT = (
    "account ad audit basket billing catalog checkout coupon courier credit delivery discount "
    "email export feed fraud gateway image import invoice label ledger loyalty media notify order "
    "partner payment price product profile quote refund report review search session shipping "
    "stock store subscription tax ticket user voucher warehouse webhook"
)
WORDS = _TEXT.split()


def sentence(draw: random.Random, words: int) -> str:
    """Words that mean nothing."""
    return " ".join(draw.choice(WORDS) for _ in range(words)).capitalize() + "."


def deployment(draw: random.Random, name: str, port: int) -> str:
    """A Deployment with most of what a careful team writes."""
    env = "".join(
        f"        - name: {draw.choice(WORDS).upper()}_{index}\n          value: "
        f'"{draw.randrange(1000)}"\n'
        for index in range(draw.randrange(4, 14))
    )
    tag = f"v{draw.randrange(9)}.{draw.randrange(30)}.{draw.randrange(9)}"
    return DEPLOYMENT.format(name=name, port=port, tag=tag, env=env, replicas=draw.randrange(1, 5))


DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {name}
  labels:
    app.kubernetes.io/name: {name}
    app.kubernetes.io/part-of: shop
spec:
  replicas: {replicas}
  selector:
    matchLabels:
      app.kubernetes.io/name: {name}
  strategy:
    type: RollingUpdate
    rollingUpdate: {{maxSurge: 1, maxUnavailable: 0}}
  template:
    metadata:
      labels:
        app.kubernetes.io/name: {name}
      annotations:
        prometheus.io/scrape: "true"
        prometheus.io/port: "{port}"
    spec:
      securityContext:
        runAsNonRoot: true
        seccompProfile:
          type: RuntimeDefault
      containers:
      - name: app
        image: registry.example.com/shop/{name}:{tag}
        ports:
        - name: http
          containerPort: {port}
        envFrom:
        - configMapRef:
            name: {name}
        env:
{env}        resources:
          requests: {{cpu: 100m, memory: 128Mi}}
          limits:
            memory: 256Mi
        readinessProbe:
          httpGet:
            path: /ready
            port: http
          periodSeconds: 5
        livenessProbe:
          httpGet:
            path: /live
            port: http
          initialDelaySeconds: 10
          failureThreshold: 6
        securityContext:
          allowPrivilegeEscalation: false
          readOnlyRootFilesystem: true
          capabilities:
            drop: [ALL]
        volumeMounts:
        - name: tmp
          mountPath: /tmp
      volumes:
      - name: tmp
        emptyDir: {{}}
"""


def service(name: str, port: int) -> str:
    """A Service for the Deployment of the same name."""
    return dedent(f"""\
        apiVersion: v1
        kind: Service
        metadata:
          name: {name}
        spec:
          selector:
            app.kubernetes.io/name: {name}
          ports:
          - name: http
            port: 80
            targetPort: {"http" if port % 2 else port}
        """)


def config(draw: random.Random, name: str) -> str:
    """A ConfigMap with keys and a file."""
    keys = "".join(f"  {draw.choice(WORDS).upper()}_{i}: {sentence(draw, 4)}\n" for i in range(12))
    lines = "".join(f"    {draw.choice(WORDS)}.{i} = {sentence(draw, 8)}\n" for i in range(30))
    head = f"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {name}\ndata:\n"
    return f"{head}{keys}  app.properties: |\n{lines}"


def autoscaler(name: str) -> str:
    """An HPA for the Deployment of the same name."""
    return dedent(f"""\
        apiVersion: autoscaling/v2
        kind: HorizontalPodAutoscaler
        metadata:
          name: {name}
        spec:
          scaleTargetRef:
            apiVersion: apps/v1
            kind: Deployment
            name: {name}
          minReplicas: 2
          maxReplicas: 10
          metrics:
          - type: Resource
            resource:
              name: cpu
              target:
                type: Utilization
                averageUtilization: 80
        """)


def disruption_budget(name: str) -> str:
    """A PDB for the Deployment of the same name."""
    return dedent(f"""\
        apiVersion: policy/v1
        kind: PodDisruptionBudget
        metadata:
          name: {name}
        spec:
          maxUnavailable: 1
          selector:
            matchLabels:
              app.kubernetes.io/name: {name}
        """)


def ingress(name: str) -> str:
    """An Ingress for the Service of the same name."""
    return dedent(f"""\
        apiVersion: networking.k8s.io/v1
        kind: Ingress
        metadata:
          name: {name}
          annotations:
            cert-manager.io/cluster-issuer: letsencrypt
        spec:
          tls:
          - hosts: [{name}.example.com]
            secretName: {name}-tls
          rules:
          - host: {name}.example.com
            http:
              paths:
              - path: /
                pathType: Prefix
                backend:
                  service:
                    name: {name}
                    port:
                      number: 80
        """)


def kustomization() -> str:
    """The base of a service."""
    names = ("deployment", "service", "config", "hpa", "pdb", "ingress")
    listed = "".join(f"- {name}.yaml\n" for name in names)
    return f"apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:\n{listed}"


def overlay(draw: random.Random, name: str, environment: str) -> str:
    """An overlay of a service."""
    return dedent(f"""\
        apiVersion: kustomize.config.k8s.io/v1beta1
        kind: Kustomization
        namespace: {environment}
        resources:
        - ../base
        patches:
        - path: patch.yaml
        images:
        - name: registry.example.com/shop/{name}
          newTag: v{draw.randrange(9)}.{draw.randrange(30)}.0
        """)


def patch(draw: random.Random, name: str) -> str:
    """A patch of a Deployment."""
    return dedent(f"""\
        apiVersion: apps/v1
        kind: Deployment
        metadata:
          name: {name}
        spec:
          replicas: {draw.randrange(2, 9)}
        """)


def chart(name: str) -> str:
    """A Chart.yaml."""
    return f"apiVersion: v2\nname: {name}\nversion: 1.2.3\nappVersion: 1.2.3\ntype: application\n"


def values(draw: random.Random) -> str:
    """The values of a chart, commented as charts are."""
    parts = (
        f"# -- {sentence(draw, 9)}\n{draw.choice(WORDS)}{index}:\n  enabled: false\n"
        f"  # -- {sentence(draw, 7)}\n  image:\n    repository: {draw.choice(WORDS)}\n"
        f'    tag: ""\n    pullPolicy: IfNotPresent\n  resources: {{}}\n  nodeSelector: {{}}\n'
        for index in range(draw.randrange(20, 60))
    )
    return "".join(parts)


def template(draw: random.Random, kind: str) -> str:
    """A template of a chart."""
    body = "".join(
        f'{{{{- with .Values.{draw.choice(WORDS)} }}}}\n  {draw.choice(WORDS)}: "{{{{ . }}}}"\n'
        "{{- end }}\n"
        for _ in range(draw.randrange(10, 40))
    )
    return (
        f"{{{{- if .Values.{kind}.enabled -}}}}\napiVersion: v1\nkind: {kind.title()}\nmetadata:\n"
        f'  name: {{{{ include "chart.fullname" . }}}}\nspec:\n{body}{{{{- end }}}}\n'
    )


def _properties(draw: random.Random, depth: int) -> str:
    lines: list[str] = []
    for index in range(draw.randrange(3, 8)):
        lines.append(f"{draw.choice(WORDS)}{index}:\n")
        lines.append("  description: |-\n")
        lines += [f"    {sentence(draw, 11)}\n" for _ in range(draw.randrange(1, 4))]
        if depth and draw.random() < 0.6:
            lines.append("  properties:\n")
            lines.append(indent(_properties(draw, depth - 1), "    "))
            lines.append("  type: object\n")
        else:
            lines.append(f"  type: {draw.choice(('string', 'integer', 'boolean'))}\n")
    return "".join(lines)


def crd(draw: random.Random, index: int) -> str:
    """A CustomResourceDefinition of about a hundred kilobytes, mostly schema."""
    word = draw.choice(WORDS)
    kind = f"{word.title()}{index}"
    schema = "".join(
        f"{draw.choice(WORDS)}{part}x:\n  properties:\n"
        f"{indent(_properties(draw, 3), ' ' * 4)}  type: object\n"
        for part in range(4)
    )
    return (
        "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata:\n"
        f"  name: {kind.lower()}s.shop.example.com\nspec:\n  group: shop.example.com\n  names:\n"
        f"    kind: {kind}\n    plural: {kind.lower()}s\n    singular: {kind.lower()}\n"
        "  scope: Namespaced\n  versions:\n  - name: v1\n    schema:\n      openAPIV3Schema:\n"
        f"        properties:\n{indent(schema, ' ' * 10)}        type: object\n"
        "    served: true\n    storage: true\n"
    )


def bundle(draw: random.Random, index: int) -> str:
    """An install.yaml: CRDs and every object of some services in one stream."""
    parts = [crd(draw, index * 10 + each) for each in range(2)]
    for each in range(12):
        name = f"{draw.choice(WORDS)}-{index}-{each}"
        parts += [deployment(draw, name, 8080), service(name, 8080), config(draw, name)]
    return "---\n".join(parts)


def fixture(draw: random.Random, index: int) -> str:
    """What a test reads."""
    name = f"test-{index}"
    made = (
        deployment(draw, name, 80),
        service(name, 80),
        config(draw, name),
        patch(draw, name),
        values(draw),
    )
    return made[index % len(made)]


def dashboard(draw: random.Random, index: int) -> str:
    """A ConfigMap that holds a dashboard as JSON."""
    panels = [
        {
            "id": each,
            "title": sentence(draw, 4),
            "type": "timeseries",
            "gridPos": {"h": 8, "w": 12, "x": 0, "y": each * 8},
            "targets": [{"expr": f"sum(rate({draw.choice(WORDS)}_total[5m])) by (pod)"}],
        }
        for each in range(120)
    ]
    text = json.dumps({"panels": panels}, indent=2)
    head = f"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: dashboard-{index}\ndata:\n"
    return f"{head}  dashboard.json: |\n{indent(text, '    ')}\n"
