package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/apimachinery/pkg/util/yaml"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"
	kustomize "sigs.k8s.io/kustomize/api/types"
	sigs "sigs.k8s.io/yaml"
)

// drains is how long a node may take to end: what messages under way may take,
// and the closing of each part.
const drains = 60 * time.Second

// manifests reads every file of a folder, and refuses fields that the API does
// not know.
func manifests(_ context.Context, folder string) []error {
	files, err := filepath.Glob(filepath.Join(folder, "*.yaml"))
	if err != nil || len(files) == 0 {
		return []error{errors.New("no manifests")}
	}
	var problems []error
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return append(problems, err)
		}
		for _, problem := range manifest(filepath.Base(file), text) {
			problems = append(problems, fmt.Errorf("%s: %w", filepath.Base(file), problem))
		}
	}
	return problems
}

func manifest(name string, text []byte) []error {
	if name == "kustomization.yaml" {
		var k kustomize.Kustomization
		if err := sigs.UnmarshalStrict(text, &k); err != nil {
			return []error{err}
		}
		return nil
	}
	decoder := serializer.NewCodecFactory(scheme.Scheme, serializer.EnableStrict).UniversalDeserializer()
	documents := yaml.NewYAMLReader(bufio.NewReader(bytes.NewReader(text)))
	var problems []error
	for {
		document, err := documents.Read()
		if errors.Is(err, io.EOF) {
			return problems
		}
		if err != nil {
			return append(problems, err)
		}
		object, kind, err := decoder.Decode(document, nil, nil)
		if err != nil {
			problems = append(problems, fmt.Errorf("%v: %w", kind, err))
			continue
		}
		problems = append(problems, restricted(object)...)
	}
}

// restricted holds pods against the strictest of the pod security standards, and
// against what a node needs to end well.
func restricted(object runtime.Object) []error {
	deployment, ok := object.(*appsv1.Deployment)
	if !ok {
		return nil
	}
	evaluator, err := policy.NewEvaluator(policy.DefaultChecks(), nil)
	if err != nil {
		return []error{err}
	}
	pod := deployment.Spec.Template
	var problems []error
	for _, result := range evaluator.EvaluatePod(api.LevelVersion{Level: api.LevelRestricted, Version: api.LatestVersion()}, &pod.ObjectMeta, &pod.Spec) {
		if !result.Allowed {
			problems = append(problems, fmt.Errorf("pod security: %s: %s", result.ForbiddenReason, result.ForbiddenDetail))
		}
	}
	if grace := pod.Spec.TerminationGracePeriodSeconds; grace == nil || time.Duration(*grace)*time.Second < drains {
		problems = append(problems, fmt.Errorf("a pod may take %s to end; grant it more", drains))
	}
	for _, container := range pod.Spec.Containers {
		if container.SecurityContext == nil || container.SecurityContext.ReadOnlyRootFilesystem == nil || !*container.SecurityContext.ReadOnlyRootFilesystem {
			problems = append(problems, fmt.Errorf("%s can write to its image", container.Name))
		}
		if container.ReadinessProbe == nil || container.LivenessProbe == nil || container.StartupProbe == nil {
			problems = append(problems, fmt.Errorf("%s lacks a probe", container.Name))
		}
	}
	return problems
}
