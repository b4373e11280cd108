package eligibility

import (
	_ "embed"
	"fmt"

	"github.com/goccy/go-yaml"
)

//go:embed profiles.yaml
var shippedProfiles []byte

// Directory is the data of the reference responder.
type Directory struct {
	Policy Policy
	people map[string]Profile
	order  []string
}

// Person is a demo user to pick: the id and, per locale, what is the matter.
type Person struct {
	ID        string
	Situation map[string]string
}

// ShippedDirectory returns the demo profiles that come with the program.
func ShippedDirectory() (Directory, error) { return ParseDirectory(shippedProfiles) }

// ParseDirectory reads profiles in the format of profiles.yaml.
func ParseDirectory(data []byte) (Directory, error) {
	var file struct {
		Policy Policy        `yaml:"policy"`
		Base   Profile       `yaml:"base"`
		People yaml.MapSlice `yaml:"people"`
	}
	if err := yaml.UnmarshalWithOptions(data, &file, yaml.Strict()); err != nil {
		return Directory{}, fmt.Errorf("profiles: %w", err)
	}
	directory := Directory{Policy: file.Policy, people: map[string]Profile{}}
	for _, item := range file.People {
		id := fmt.Sprint(item.Key)
		profile, err := overlay(file.Base, item.Value)
		if err != nil {
			return Directory{}, fmt.Errorf("profile %s: %w", id, err)
		}
		directory.people[id] = profile
		directory.order = append(directory.order, id)
	}
	return directory, nil
}

// overlay states the differences of one profile over the base profile.
func overlay(base Profile, differences any) (Profile, error) {
	data, err := yaml.Marshal(differences)
	if err != nil {
		return Profile{}, err
	}
	profile := base
	return profile, yaml.UnmarshalWithOptions(data, &profile, yaml.Strict())
}

// Find returns the profile of a person.
func (d Directory) Find(id string) (Profile, bool) {
	profile, ok := d.people[id]
	return profile, ok
}

// People lists the demo users in the order of the file.
func (d Directory) People() []Person {
	people := make([]Person, 0, len(d.order))
	for _, id := range d.order {
		people = append(people, Person{ID: id, Situation: d.people[id].Situation})
	}
	return people
}
