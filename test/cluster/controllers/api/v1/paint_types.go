package v1

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

// PaintSpec says which color something is to have.
type PaintSpec struct {
	Color string `json:"color,omitempty"`
}

// PaintStatus says when somebody looked at it last.
type PaintStatus struct {
	CheckedAt *metav1.MicroTime `json:"checkedAt,omitempty"`
}

// Paint is a color that two controllers can't agree on.
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
type Paint struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`

	Spec   PaintSpec   `json:"spec,omitempty"`
	Status PaintStatus `json:"status,omitempty"`
}

// PaintList is a list of paints.
// +kubebuilder:object:root=true
type PaintList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []Paint `json:"items"`
}
