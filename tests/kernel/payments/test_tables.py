"""placeholder"""
import pytest
from django.db import connection
@pytest.mark.django_db
def test_up():
    with connection.cursor() as c:
        c.execute("select count(*) from kernel_payrun"); assert c.fetchone()[0]==0
