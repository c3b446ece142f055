package explain

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"tlslab/core"
	"tlslab/internal/iana"
)

// logged is what OpenSSL's messages put before an alert's name: "tlsv1 alert unknown
// ca", "sslv3 alert handshake failure".
var logged = regexp.MustCompile(`^(?:.*:)?(?:sslv3|tlsv1|tlsv13)? ?alert `)

// alert finds an alert by its registered name, and with it the error of the same
// name, or by "alert" and its number; nil where it is none.
func (d *Dictionary) alert(asked string) []Entry {
	name := logged.ReplaceAllString(strings.ToLower(asked), "")
	said := name != strings.ToLower(asked)
	name = strings.ReplaceAll(strings.TrimSpace(name), " ", "_")
	number, ok := iana.AlertNamed(name)
	if v, err := strconv.ParseUint(name, 10, 8); err == nil && said {
		number, ok = byte(v), true
	}
	if !ok {
		return nil
	}
	var found []Entry
	for _, e := range slices.Concat(d.entries, d.others) {
		same := strings.EqualFold(d.Short(e.Word), "SSL_"+name)
		if e.Word.Kind == core.AlertCode && e.Word.Value == uint32(number) || e.Word.Kind == core.ErrorCode && same {
			found = append(found, e)
		}
	}
	return found
}
