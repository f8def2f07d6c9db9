"""Elder-help workers (助老员) and the middles of communities that reach and staffing are measured from."""

from django.db import models

from anmin.domains.elderly.powers import READ, WRITE
from anmin.kernel.keys.fields import SealedText
from anmin.kernel.registers.declaring import Register, declared
from anmin.kernel.registers.entries import Entry


class ElderHelper(Entry):
    """An elder-help worker of a community (助老员); `division` is the community."""

    name = models.CharField("姓名", max_length=40)
    phone = SealedText("电话")
    employer = models.CharField("用人单位", max_length=80)
    is_full_time = models.BooleanField("专职", default=True)
    training_hours = models.PositiveSmallIntegerField("培训学时", default=0)


class CommunityPoint(Entry):
    """A community with its elders and its middle on the map (社区老年人口和中心点)."""

    name = models.CharField("社区名称", max_length=60)
    elders = models.PositiveIntegerField("60 岁以上人数")
    households = models.PositiveIntegerField("户数", default=0)
    longitude = models.DecimalField("经度", max_digits=9, decimal_places=6)
    latitude = models.DecimalField("纬度", max_digits=9, decimal_places=6)


HELPERS = declared(
    Register(
        ElderHelper,
        key="elderly/helpers",
        title="助老员",
        english="Elder-help workers",
        columns=("name", "employer", "is_full_time", "training_hours"),
        filters=("is_full_time",),
        search=("name", "employer"),
        read=READ,
        write=WRITE,
        purpose="登记社区助老员配备情况",
        law="厦民〔2023〕82号",
        prefix="ZLY",
        classes={"phone": "sensitive phone"},
        words={
            "name": "Name",
            "phone": "Telephone",
            "employer": "Employer",
            "is_full_time": "Full time",
            "training_hours": "Hours of training",
        },
    )
)
COMMUNITIES = declared(
    Register(
        CommunityPoint,
        key="elderly/communities",
        title="社区老年人口和中心点",
        english="Communities, their elders and their middle",
        columns=("name", "elders", "households"),
        search=("name",),
        read=READ,
        write=WRITE,
        purpose="测算助老员配备和 15 分钟养老服务覆盖",
        law="各省养老服务条例",
        prefix="SQ",
        marks=("longitude", "latitude"),
        words={
            "name": "Community",
            "elders": "Elders (60+)",
            "households": "Households",
            "longitude": "Longitude",
            "latitude": "Latitude",
        },
    )
)
