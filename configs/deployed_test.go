package configs_test

import (
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"

	"kaitong/configs"
)

// Every KAITONG_ variable in what is deployed sets something.
func TestDeployedVariablesAreSettings(t *testing.T) {
	t.Parallel()
	known := map[string]bool{"KAITONG_SQL_PASSWORD": true} // of compose.yaml itself
	for _, file := range []string{
		"deploy/docker/Dockerfile", "deploy/docker/compose.yaml", "deploy/kubernetes/deployment.yaml",
		"deploy/systemd/kaitong.service", "deploy/cluster",
	} {
		names := regexp.MustCompile(`KAITONG_[A-Z_]+`).FindAllString(deployed(t, file), -1)
		if len(names) == 0 {
			t.Errorf("%s sets nothing", file)
		}
		for _, name := range names {
			if _, err := configs.Load("", []string{name + "=1"}); err != nil && !known[name] && strings.Contains(err.Error(), "no setting has this variable") {
				t.Errorf("%s: %v", file, err)
			}
		}
	}
}

// The settings for Kubernetes are settings, and its pods get the time that the
// settings give people to finish.
func TestDeployedSettings(t *testing.T) {
	t.Parallel()
	var manifest struct{ Data map[string]string }
	if err := yaml.Unmarshal([]byte(deployed(t, "deploy/kubernetes/config.yaml")), &manifest); err != nil {
		t.Fatal(err)
	}
	config, err := configs.Load(save(t, manifest.Data["kaitong.yaml"]), nil)
	if err != nil {
		t.Fatal(err)
	}
	if config.Mode != configs.ModeProduction || config.NATS.NKeyFile == "" || !strings.HasPrefix(config.NATS.URL, "tls://") {
		t.Error("pods are not told who they are, or the servers not to be ours")
	}
	for file, pattern := range map[string]string{
		"deploy/kubernetes/deployment.yaml": `terminationGracePeriodSeconds: (\d+)`,
		"deploy/systemd/kaitong.service":    `TimeoutStopSec=(\d+)`,
		"deploy/docker/compose.yaml":        `stop_grace_period: (\d+)s`,
	} {
		found := regexp.MustCompile(pattern).FindStringSubmatch(deployed(t, file))
		if len(found) == 0 {
			t.Errorf("%s grants no time to end", file)
			continue
		}
		seconds, err := strconv.Atoi(found[1])
		if granted := time.Duration(seconds) * time.Second; err != nil || granted < config.Web.DrainTimeout+time.Minute {
			t.Errorf("%s grants %s, and messages under way may take %s", file, granted, config.Web.DrainTimeout)
		}
	}
}

// What may not be trusted by others' files is not: each part of compose.yaml has
// a folder of keys to itself.
func TestComposeSharesNoKeys(t *testing.T) {
	t.Parallel()
	var project struct {
		Services map[string]struct{ Volumes []string }
	}
	if err := yaml.Unmarshal([]byte(deployed(t, "deploy/docker/compose.yaml")), &project); err != nil {
		t.Fatal(err)
	}
	owner := map[string]string{}
	for name, service := range project.Services {
		for _, volume := range service.Volumes {
			folder, ok := strings.CutPrefix(volume, "./keys/")
			if !ok {
				continue
			}
			folder, _, _ = strings.Cut(folder, ":")
			kind := strings.TrimRight(name, "-123") // the nats-servers are one
			if strings.HasPrefix(name, "kaitong-") {
				kind = name
			}
			if other, taken := owner[folder]; taken && other != kind {
				t.Errorf("%s and %s share the keys in %s", name, other, folder)
			}
			owner[folder] = kind
		}
	}
	for _, want := range []string{"node-1", "node-2", "node-3", "eligibility-service", "appeals-service"} {
		if owner[want] == "" {
			t.Errorf("nobody has the keys of %s: %v", want, owner)
		}
	}
}

func deployed(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
