"""API versions that Kubernetes has removed or will remove.

Source: the deprecation guide of kubernetes.io, as of Kubernetes 1.36. `same` says that the new
version has the same fields with the same meaning, so that only the version need change.
"""

from __future__ import annotations

from typing import NamedTuple


class Removal(NamedTuple):
    """removed: the release without it, as a minor of 1; instead: what to write, "" for nothing.

    since is the first release that has `instead`.
    """

    removed: int
    instead: str
    since: int
    same: bool = False


_ROWS: tuple[tuple[str, str, int, str, int, bool], ...] = (
    ("extensions/v1beta1", "DaemonSet Deployment ReplicaSet", 16, "apps/v1", 9, False),
    ("extensions/v1beta1", "NetworkPolicy", 16, "networking.k8s.io/v1", 7, True),
    ("extensions/v1beta1", "PodSecurityPolicy", 16, "", 0, False),
    ("extensions/v1beta1", "Ingress", 22, "networking.k8s.io/v1", 19, False),
    ("apps/v1beta1", "Deployment StatefulSet", 16, "apps/v1", 9, False),
    ("apps/v1beta2", "DaemonSet Deployment ReplicaSet StatefulSet", 16, "apps/v1", 9, False),
    ("networking.k8s.io/v1beta1", "Ingress", 22, "networking.k8s.io/v1", 19, False),
    ("networking.k8s.io/v1beta1", "IngressClass", 22, "networking.k8s.io/v1", 19, True),
    (
        "rbac.authorization.k8s.io/v1beta1",
        "ClusterRole ClusterRoleBinding Role RoleBinding",
        22,
        "rbac.authorization.k8s.io/v1",
        8,
        True,
    ),
    (
        "rbac.authorization.k8s.io/v1alpha1",
        "ClusterRole ClusterRoleBinding Role RoleBinding",
        22,
        "rbac.authorization.k8s.io/v1",
        8,
        False,
    ),
    (
        "apiextensions.k8s.io/v1beta1",
        "CustomResourceDefinition",
        22,
        "apiextensions.k8s.io/v1",
        16,
        False,
    ),
    ("apiregistration.k8s.io/v1beta1", "APIService", 22, "apiregistration.k8s.io/v1", 10, True),
    (
        "admissionregistration.k8s.io/v1beta1",
        "MutatingWebhookConfiguration ValidatingWebhookConfiguration",
        22,
        "admissionregistration.k8s.io/v1",
        16,
        False,
    ),
    (
        "certificates.k8s.io/v1beta1",
        "CertificateSigningRequest",
        22,
        "certificates.k8s.io/v1",
        19,
        False,
    ),
    ("coordination.k8s.io/v1beta1", "Lease", 22, "coordination.k8s.io/v1", 14, True),
    ("scheduling.k8s.io/v1beta1", "PriorityClass", 22, "scheduling.k8s.io/v1", 14, True),
    ("scheduling.k8s.io/v1alpha1", "PriorityClass", 17, "scheduling.k8s.io/v1", 14, True),
    ("storage.k8s.io/v1beta1", "CSIDriver", 22, "storage.k8s.io/v1", 18, True),
    ("storage.k8s.io/v1beta1", "CSINode", 22, "storage.k8s.io/v1", 17, True),
    ("storage.k8s.io/v1beta1", "StorageClass", 22, "storage.k8s.io/v1", 6, True),
    ("storage.k8s.io/v1beta1", "VolumeAttachment", 22, "storage.k8s.io/v1", 13, True),
    ("storage.k8s.io/v1beta1", "CSIStorageCapacity", 27, "storage.k8s.io/v1", 24, True),
    ("batch/v1beta1", "CronJob", 25, "batch/v1", 21, True),
    ("batch/v2alpha1", "CronJob", 21, "batch/v1", 21, True),
    ("discovery.k8s.io/v1beta1", "EndpointSlice", 25, "discovery.k8s.io/v1", 21, False),
    ("events.k8s.io/v1beta1", "Event", 25, "events.k8s.io/v1", 19, False),
    ("autoscaling/v2beta1", "HorizontalPodAutoscaler", 25, "autoscaling/v2", 23, False),
    ("autoscaling/v2beta2", "HorizontalPodAutoscaler", 26, "autoscaling/v2", 23, True),
    ("policy/v1beta1", "PodDisruptionBudget", 25, "policy/v1", 21, True),
    ("policy/v1beta1", "PodSecurityPolicy", 25, "", 0, False),
    ("node.k8s.io/v1beta1", "RuntimeClass", 25, "node.k8s.io/v1", 20, True),
    *(
        (
            f"flowcontrol.apiserver.k8s.io/{version}",
            "FlowSchema PriorityLevelConfiguration",
            removed,
            "flowcontrol.apiserver.k8s.io/v1",
            29,
            False,
        )
        for version, removed in (("v1beta1", 26), ("v1beta2", 29), ("v1beta3", 32))
    ),
)
_KINDS = {
    (version, kind): Removal(removed, instead, since, same)
    for version, kinds, removed, instead, since, same in _ROWS
    for kind in kinds.split()
}


def removal(api_version: str, kind: str) -> Removal | None:
    """What became of a kind in an API version; None when it is there to stay."""
    return _KINDS.get((api_version, kind))


class Deprecation(NamedTuple):
    """since: the first release that warns; `same` says that `instead` takes the object as it is.

    better is what to write, `instead` with the kind where that is another
    """

    since: int
    instead: str
    better: str
    same: bool = False


_DEPRECATED: tuple[tuple[str, str, int, str, str, bool], ...] = (
    ("v1", "Endpoints", 33, "discovery.k8s.io/v1", "discovery.k8s.io/v1 EndpointSlice", False),
    ("v1", "ComponentStatus", 19, "", "", False),
    (
        "admissionregistration.k8s.io/v1beta1",
        "ValidatingAdmissionPolicy ValidatingAdmissionPolicyBinding",
        31,
        "admissionregistration.k8s.io/v1",
        "",
        True,
    ),
    (
        "networking.k8s.io/v1beta1",
        "IPAddress ServiceCIDR",
        34,
        "networking.k8s.io/v1",
        "",
        True,
    ),
    ("storage.k8s.io/v1beta1", "VolumeAttributesClass", 34, "storage.k8s.io/v1", "", True),
    *(
        (
            f"resource.k8s.io/{version}",
            "DeviceClass ResourceClaim ResourceClaimTemplate ResourceSlice",
            since,
            "resource.k8s.io/v1",
            "",
            False,
        )
        for version, since in (("v1beta1", 35), ("v1beta2", 36))
    ),
)
_LEAVING = {
    (version, kind): Deprecation(since, instead, better or instead, same)
    for version, kinds, since, instead, better, same in _DEPRECATED
    for kind in kinds.split()
}


def deprecation(api_version: str, kind: str) -> Deprecation | None:
    """What a kind that is served still is to give way to; None when it is there to stay."""
    return _LEAVING.get((api_version, kind))
