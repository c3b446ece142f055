package tune

import (
	"fmt"
	"slices"

	"tlslab/bench/study/sweep"
	"tlslab/core/options"
	"tlslab/profiles"
)

// Security floors.
const (
	FloorStrict = "strict" // every must-reject check of the default configuration stays
	FloorManual = "manual" // those that the manual's own optimised configuration keeps
)

// FloorChecks are the checks that have to refuse. The manual's optimised
// configuration (section 6.5) has no HAVE_TIME_DATE, and its tables (6.4.3) say
// that the checks of key usage may be disabled.
func FloorChecks(floor string) []profiles.Check {
	all := profiles.CommonChecks()
	if floor == FloorStrict {
		return all
	}
	return slices.DeleteFunc(all, func(name profiles.Check) bool { return raises[name] != "" })
}

// raises are the options that a check needs beyond the library itself.
var raises = map[profiles.Check]string{
	"expired": "HAVE_TIME_DATE", "not-yet-valid": "HAVE_TIME_DATE",
	"wrong-key-usage": "X509_CHECK_KEY_USAGE", "wrong-ext-key-usage": "X509_CHECK_EXTENDED_KEY_USAGE",
}

// Raised is the start with the options that the floor's checks need, and with
// what the core's rules demand with them (HAVE_TIME with HAVE_TIME_DATE). A line
// for each goes to raisedFor.
func (t *Trials) Raised(start Point) (Point, error) {
	macros := t.macros(start)
	var changes []profiles.Change
	for _, check := range t.Refuse {
		option := raises[check]
		if _, on := macros[option]; option == "" || on {
			continue
		}
		macros[option] = ""
		changes = append(changes, profiles.Change{Option: option, On: true})
		t.RaisedFor = append(t.RaisedFor, fmt.Sprintf("%s on: the floor refuses %s", option, check))
	}
	fixed := map[string]bool{}
	for _, c := range changes {
		fixed[t.Catalogue.Full(c.Option)] = true
	}
	for _, s := range t.Scenarios {
		for name := range s.Needs {
			fixed[t.Catalogue.Full(name)] = true
		}
	}
	full := map[string]string{}
	for name, value := range macros {
		full[t.Catalogue.Full(name)] = value
	}
	mended, err := t.Catalogue.Mend(full, fixed)
	if err != nil {
		return start, fmt.Errorf("the start with what the floor needs: %w", err)
	}
	along := sweep.Along(t.Catalogue, mended)
	for _, c := range along {
		t.RaisedFor = append(t.RaisedFor, c.Words()+": the core's rules demand it")
	}
	return start.With(append(changes, along...)), nil
}

// weakening are the options on by the core's default whose absence weakens,
// and that a configuration does not have.
func weakening(cat *options.Catalogue, macros map[string]string) []string {
	var out []string
	for _, o := range cat.Options() {
		name := cat.Short(o.Name)
		_, has := macros[name]
		_, matters := macros[o.With]
		_, instead := macros[o.Or]
		if o.Kind == options.Flag && o.On && o.Weakens != "" && !has && !instead && (o.With == "" || matters) {
			out = append(out, name+": "+o.Weakens)
		}
	}
	slices.Sort(out)
	return out
}
